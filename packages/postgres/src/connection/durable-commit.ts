/**
 * A part of a WITH clause that makes the commit of its statement durable: on the disk, and on the synchronous standby if
 * there is one, whatever the server, the database or the role has set. It works in one round trip and through PgBouncer. The
 * statement must read `durable`, because PostgreSQL does not run a part that is not read.
 */
export const durable = `durable AS MATERIALIZED (
    SELECT set_config('synchronous_commit',
      CASE current_setting('synchronous_commit') WHEN 'remote_apply' THEN 'remote_apply' ELSE 'on' END, true) AS mode)`;

/**
 * A part of a WITH clause that makes the commit wait for the disk and the synchronous standby also if no row changes. After
 * a crash of the server, a delivery may be known that the standby does not have, and its duplicate must not be
 * acknowledged. The statement must read `written`.
 */
export const written = `written AS MATERIALIZED (
    SELECT pg_logical_emit_message(true, 'spiderfoot', '') AS position FROM durable)`;

/** Waits until the disk and the synchronous standby have everything that this process has read. */
export const confirm = `WITH ${durable}, ${written} SELECT position FROM written`;

/**
 * The same for a commit that does not wait for the disk. If the server crashes within a second, a claim or the result of an
 * attempt may be lost, and its delivery runs again.
 */
export const lazy = `lazy AS MATERIALIZED (SELECT set_config('synchronous_commit', 'off', true) AS mode)`;
