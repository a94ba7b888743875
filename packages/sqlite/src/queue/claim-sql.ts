/**
 * The statements of a queue.
 *
 * A parameter of a condition is written with a plus sign: `endpoint = +@endpoint`. Without it, SQLite prepares the
 * statement again whenever the value changes, because another plan might suit the value better. That takes ten times as
 * long as the statement, and the statements name their index anyway.
 */

/** A damaged number counts as 0. The attempt must be an exact integer, because {@link settle} compares it. */
const wholeAttempts = "iif(typeof(attempts) = 'integer' AND attempts BETWEEN 0 AND 1000000000, attempts, 0)";

/**
 * If a claimed row is still `running`, its process was lost. This counts as a failure. Otherwise an event that ends its
 * process would be claimed again and again.
 */
const claimWhere = (ids: string) => `
  UPDATE webhook_logs SET state = 'running', attempts = ${wholeAttempts} + 1,
    failures = failures + (state = 'running'), due_at = NULL, requested_wait = NULL,
    lease_owner = @owner, lease_until = @leaseUntil, lease_duration = @duration
  WHERE id IN (${ids})
  RETURNING id, delivery_id, endpoint, received_at, source_ip, event_type, dialect, scan_id, target,
    trace_context, CAST(payload AS BLOB) AS body, attempts, failures, handlers`;

export const claimQueued = claimWhere(`
    SELECT id FROM webhook_logs INDEXED BY webhook_logs_due
    WHERE endpoint = +@endpoint AND due_at <= +@now AND state = 'queued'
    ORDER BY due_at, id LIMIT +@places`);

/** Selects the time at which the first lease of an endpoint expires or has expired. */
export const firstExpiry = `
  SELECT min(lease_until) AS expiry FROM webhook_logs INDEXED BY webhook_logs_leases
  WHERE state = 'running' AND endpoint = +?`;

/**
 * A worker keeps its running deliveries, even if it renews their leases late. A row may have a lease of this worker although
 * the worker does not run it, for example after a backup was restored. It can be claimed when the lease has expired.
 */
const isExpired = `state = 'running' AND endpoint = +@endpoint AND lease_until <= +@now
      AND (lease_owner IS NOT @owner OR id NOT IN (SELECT value FROM json_each(@held)))`;

export const claimExpired = claimWhere(`
    SELECT id FROM webhook_logs INDEXED BY webhook_logs_leases
    WHERE ${isExpired} AND failures + 1 < @suspectFrom
    ORDER BY lease_until, id LIMIT +@places`);

/** Claims one suspect at a time. See `suspectFrom` of core. */
export const claimSuspect = claimWhere(`
    SELECT id FROM webhook_logs INDEXED BY webhook_logs_leases
    WHERE ${isExpired} AND failures + 1 >= @suspectFrom AND failures + 1 < @maxAttempts
    ORDER BY lease_until, id LIMIT 1`);

export const deadLetterExpired = `
  UPDATE webhook_logs INDEXED BY webhook_logs_leases SET state = 'dead', failures = failures + 1,
    lease_owner = NULL, lease_until = NULL, lease_duration = NULL,
    error_message = 'Its process ended or stalled during the last attempt'
  WHERE ${isExpired} AND failures + 1 >= @maxAttempts
  RETURNING id, delivery_id, endpoint, received_at, source_ip, event_type, scan_id, target, attempts, handlers, error_message`;

/** Make new deliveries due now. A delivery that was never attempted is due in the future only if the clock was set back. */
export const makeNewDue = `
  UPDATE webhook_logs INDEXED BY webhook_logs_open SET due_at = @now
  WHERE state <> 'processed' AND state = 'queued' AND received_at > +@now AND endpoint = +@endpoint
    AND attempts = 0 AND due_at > +@now`;

/** The longest wait of a row: `maxDelay`, or a longer wait that a handler asked for. */
const longestWait = 'max(@maxDelay, CAST(coalesce(requested_wait, 0) AS INTEGER))';

/** Limit each wait to its full length from now, in case the clock was set back. */
export const limitRetryWaits = `
  UPDATE webhook_logs INDEXED BY webhook_logs_due SET due_at = @now + ${longestWait}
  WHERE endpoint = +@endpoint AND due_at > @now + @maxDelay AND state = 'queued'
    AND due_at > @now + ${longestWait}`;

/** The duration of a row's lease. Another process may have other options. */
const longestLease = 'max(@duration, CAST(coalesce(lease_duration, 0) AS INTEGER))';

/** Limit each lease to its full length from now. It is not ended, because its owner may be alive. */
export const limitLeases = `
  UPDATE webhook_logs INDEXED BY webhook_logs_leases SET lease_until = @now + ${longestLease}
  WHERE state = 'running' AND endpoint = +@endpoint AND lease_until > @now + @duration
    AND lease_until > @now + ${longestLease}`;

/** Give a running row without a lease a full one. Otherwise no process would ever take it over. */
export const addLeases = `
  UPDATE webhook_logs INDEXED BY webhook_logs_leases SET lease_until = @now + @duration
  WHERE state = 'running' AND endpoint = +@endpoint AND lease_until IS NULL`;

export const nextDue = `
  SELECT min(due_at) AS due FROM webhook_logs INDEXED BY webhook_logs_due WHERE endpoint = +? AND due_at > +?`;

export const extend = `
  UPDATE webhook_logs SET lease_until = ?
  WHERE id IN (SELECT value FROM json_each(?)) AND lease_owner = ? AND state = 'running'
  RETURNING id`;

/**
 * The owner and the attempt are a fencing token: a process whose delivery another process has taken over must not settle
 * it.
 */
export const settle = `
  UPDATE webhook_logs
  SET state = @state, processed = @processed, failures = @failures, due_at = @dueAt, requested_wait = @wait,
    lease_owner = NULL, lease_until = NULL, lease_duration = NULL, error_message = @error,
    handlers = coalesce(@handlers, handlers), code = @code, issues = @issues
  WHERE id = @id AND lease_owner = @owner AND attempts = @attempt`;

/** This is a separate statement, because setting an indexed column writes its index even if the value does not change. */
export const updateEvent = `
  UPDATE webhook_logs
  SET event_type = coalesce(@eventType, event_type), dialect = coalesce(@dialect, dialect),
    scan_id = coalesce(@scanId, scan_id), target = coalesce(@target, target)
  WHERE id = @id`;

/** Does not count a failure, because the attempt ended only because the store was closed. */
export const release = `
  UPDATE webhook_logs
  SET state = 'queued', due_at = 0, lease_owner = NULL, lease_until = NULL, lease_duration = NULL
  WHERE id IN (SELECT value FROM json_each(?)) AND lease_owner = ? AND state = 'running'`;
