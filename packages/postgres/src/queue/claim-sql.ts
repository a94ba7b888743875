import { durable, lazy } from '../connection/durable-commit.ts';
import { columnsWithBody, milliseconds } from '../rows/columns.ts';
import { isRunning } from './is-running.ts';

/**
 * A worker keeps its running deliveries, even if it renews its lease late. A row that has the worker's lease without being
 * run by it, for example after a backup was restored, can be claimed when the lease has expired.
 */
const isExpired = `state = 'running' AND endpoint = $1 AND lease_until <= now()
      AND NOT (lease_owner IS NOT DISTINCT FROM $2 AND id = ANY ($3::bigint[]))`;

/**
 * Claims deliveries, and returns when the next one is due, as a number of milliseconds from now. Deliveries whose process
 * was lost come first: there are only as many as had a worker. A row that is still running has lost its process. That is a
 * failure, so that an event cannot end processes forever. See `suspectFrom` of core for suspects.
 */
export const claim = (prefix: string) => `WITH ${lazy}, suspects AS (
    SELECT id, lease_until AS at FROM ${prefix}deliveries
    WHERE ${isExpired} AND failures + 1 >= $6 AND failures + 1 < $7
    ORDER BY lease_until, id LIMIT least($8::integer, 1) FOR UPDATE SKIP LOCKED
  ), expired AS (
    SELECT id, lease_until AS at FROM ${prefix}deliveries
    WHERE ${isExpired} AND failures + 1 < $6
    ORDER BY lease_until, id LIMIT $9 FOR UPDATE SKIP LOCKED
  ), due AS (
    SELECT id, due_at AS at FROM ${prefix}deliveries
    WHERE endpoint = $1 AND state = 'queued' AND due_at <= now()
    ORDER BY due_at, id LIMIT $4 FOR UPDATE SKIP LOCKED
  ), chosen AS (
    SELECT id, at, 0 AS class FROM suspects
    UNION ALL SELECT id, at, 1 FROM expired
    UNION ALL SELECT id, at, 2 FROM due
    ORDER BY class, at, id LIMIT $4
  ), claimed AS (
    UPDATE ${prefix}deliveries AS d SET state = 'running', attempts = d.attempts + 1,
      failures = d.failures + CASE WHEN d.state = 'running' THEN 1 ELSE 0 END, due_at = NULL, next_attempt = NULL,
      requested_wait = NULL, lease_owner = $2, lease_until = now() + $5::bigint * interval '1 ms',
      lease_duration = $5
    FROM chosen WHERE d.id = chosen.id
    RETURNING chosen.class, ${milliseconds('chosen.at')} AS claimed_at, ${columnsWithBody}, d.trace_context
  ), next AS (
    SELECT least(
      (SELECT min(due_at) FROM ${prefix}deliveries WHERE endpoint = $1 AND state = 'queued' AND due_at > now()),
      (SELECT min(lease_until) FROM ${prefix}deliveries WHERE endpoint = $1 AND state = 'running' AND lease_until > now())
    ) - now() AS wait
  )
  SELECT ${milliseconds('next.wait')} AS wait, claimed.* FROM lazy CROSS JOIN next LEFT JOIN claimed ON true
  ORDER BY claimed.class, claimed.claimed_at, claimed.id`;

/** Turns deliveries that have lost their process too often into dead letters. */
export const bury = (prefix: string) => `WITH ${durable}
  UPDATE ${prefix}deliveries AS d SET state = 'dead', failures = failures + 1,
    lease_owner = NULL, lease_until = NULL, lease_duration = NULL,
    error_message = 'Its process ended or stalled during the last attempt'
  FROM durable WHERE id IN (
    SELECT id FROM ${prefix}deliveries WHERE ${isExpired} AND failures + 1 >= $4 FOR UPDATE SKIP LOCKED
  )
  RETURNING d.id, d.delivery_id, d.endpoint, ${milliseconds('d.received_at')} AS received, d.source_ip, d.event_type,
    d.scan_id, d.target, d.attempts, d.handlers, d.error_message`;

/** The longest wait of a row: `maxDelay`, or a longer wait that a handler asked for. A new delivery does not wait. */
const longestWait = `CASE attempts WHEN 0 THEN 0 ELSE greatest($2::bigint, requested_wait) END * interval '1 ms'`;

/** The duration of a row's lease. Another process may have other options. */
const longestLease = `greatest($3::bigint, lease_duration) * interval '1 ms'`;

/**
 * Corrects times and claims.
 *
 * - Limits each wait and each lease to its full length from now, in case the clock of the server was set back.
 * - Puts deliveries back into the queue that this worker has claimed without learning of it, because the server did not
 *   answer in time. It does not count as a failure. An answer arrives within the patience, or never.
 */
export const correct = (prefix: string) => `WITH queued AS (
    UPDATE ${prefix}deliveries SET due_at = now() + ${longestWait}
    WHERE endpoint = $1 AND state = 'queued' AND due_at > now() + $2::bigint * interval '1 ms'
      AND due_at > now() + ${longestWait}
  ), unknown AS (
    UPDATE ${prefix}deliveries SET state = 'queued', due_at = 'epoch', lease_owner = NULL, lease_until = NULL,
      lease_duration = NULL
    WHERE endpoint = $1 AND state = 'running' AND lease_owner = $4 AND NOT id = ANY ($5::bigint[])
      AND lease_until - lease_duration * interval '1 ms' < now() - $6::bigint * interval '1 ms'
  )
  UPDATE ${prefix}deliveries SET lease_until = now() + ${longestLease}
  WHERE endpoint = $1 AND state = 'running' AND lease_until > now() + $3::bigint * interval '1 ms'
    AND lease_until > now() + ${longestLease}`;

export const extend = (prefix: string) => `WITH ${lazy}
  UPDATE ${prefix}deliveries SET lease_until = now() + $1::bigint * interval '1 ms'
  FROM lazy WHERE id = ANY ($2::bigint[]) AND lease_owner = $3 AND ${isRunning}
  RETURNING id`;

/** Does not count a failure, because the attempt ended only because the store was closed. */
export const release = (prefix: string) => `
  UPDATE ${prefix}deliveries
  SET state = 'queued', due_at = 'epoch', lease_owner = NULL, lease_until = NULL, lease_duration = NULL
  WHERE id = ANY ($1::bigint[]) AND lease_owner = $2 AND ${isRunning}`;
