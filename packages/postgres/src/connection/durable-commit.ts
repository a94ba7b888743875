/**
 * A part of a WITH clause that makes the commit of its statement durable: on the disk, and on the synchronous standby if
 * there is one, whatever the server, the database or the role has set. It works in one round trip and through PgBouncer. The
 * statement must read `durable`, because PostgreSQL does not run a part that is not read.
 */
export const durable = `durable AS MATERIALIZED (
    SELECT set_config('synchronous_commit',
      CASE current_setting('synchronous_commit') WHEN 'remote_apply' THEN 'remote_apply' ELSE 'on' END, true) AS mode)`;

/**
 * The same for a commit that does not wait for the disk. If the server crashes within a second, a claim or the result of an
 * attempt may be lost, and its delivery runs again.
 */
export const lazy = `lazy AS MATERIALIZED (SELECT set_config('synchronous_commit', 'off', true) AS mode)`;
