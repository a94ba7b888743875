/** A damaged number counts as 0. The attempt must be an exact integer, because {@link settle} compares it. */
const wholeAttempts = "iif(typeof(attempts) = 'integer' AND attempts BETWEEN 0 AND 1000000000, attempts, 0)";

/** What still runs has lost its process, which is a failure: an event that kills its process must come to an end. */
const claimWhere = (ids: string) => `
  UPDATE webhook_logs SET state = 'running', lease = @lease, attempts = ${wholeAttempts} + 1,
    failures = failures + (state = 'running'), next_attempt = @until
  WHERE id IN (${ids})
  RETURNING id, delivery_id, endpoint, received_at, source_ip, event_type, dialect, scan_id, target,
    CAST(payload AS BLOB) AS body, attempts, failures, handlers`;

/**
 * What this process runs is not taken from it, however late its sign of life is. What has its lease and is not run by
 * it, as in a backup that was put back, is nobody's once the lease has ended.
 */
const isNotHeld = '(lease IS NOT @lease OR id NOT IN (SELECT value FROM json_each(@held)))';

export const claimDue = claimWhere(`
    SELECT id FROM webhook_logs
    WHERE endpoint = @endpoint AND next_attempt <= @now AND ${isNotHeld}
      AND (state = 'queued' OR (state = 'running' AND @takeOver AND failures + 1 < @suspectFrom))
    ORDER BY next_attempt, id LIMIT @places`);

/**
 * One of those whose tries came to a bad end more than once. They are taken up one at a time: an event that kills its
 * process would otherwise take the same others with it at every attempt, until they are all given up.
 */
export const claimSuspect = claimWhere(`
    SELECT id FROM webhook_logs INDEXED BY webhook_logs_open
    WHERE state <> 'processed' AND state = 'running' AND endpoint = @endpoint AND next_attempt <= @now
      AND ${isNotHeld} AND failures + 1 >= @suspectFrom AND failures + 1 < @maxAttempts
    ORDER BY next_attempt, id LIMIT 1`);

/**
 * By the index of what runs, which is little: to look for it among all that is due would take longer the more waits.
 */
export const buryExpired = `
  UPDATE webhook_logs INDEXED BY webhook_logs_open SET state = 'dead', lease = NULL, next_attempt = NULL, failures = failures + 1,
    error_message = 'Its process ended, or stood still, at the last attempt'
  WHERE state <> 'processed' AND state = 'running' AND endpoint = @endpoint AND next_attempt <= @now
    AND ${isNotHeld} AND failures + 1 >= @maxAttempts
  RETURNING id, delivery_id, endpoint, received_at, source_ip, event_type, scan_id, target, attempts, handlers, error_message`;

/** What was never tried waits for nothing: where it is due ahead of the clock, that has been set back since. */
export const pullInNew = `
  UPDATE webhook_logs INDEXED BY webhook_logs_open SET next_attempt = @now
  WHERE state <> 'processed' AND state = 'queued' AND received_at > @now AND endpoint = @endpoint
    AND attempts = 0 AND next_attempt > @now`;

/** The longest wait of a row: `maxDelay`, or a longer wait that a handler asked for. */
const longestWait = 'max(@maxDelay, CAST(coalesce(lease, 0) AS INTEGER))';

/** Limit each wait to its full length from now, in case the clock was set back. */
export const pullInRetries = `
  UPDATE webhook_logs SET next_attempt = @now + ${longestWait}
  WHERE endpoint = @endpoint AND next_attempt > @now + @maxDelay AND state = 'queued'
    AND next_attempt > @now + ${longestWait}`;

/** How long the lease of a row is, which may be another process's with other options; its token begins with it. */
const longest = 'max(@lease, CAST(lease AS INTEGER))';

/**
 * No lease ends later than its length from now, whatever has become of the clock. It is not ended: its owner may be
 * alive.
 */
export const pullInLeases = `
  UPDATE webhook_logs INDEXED BY webhook_logs_open SET next_attempt = @now + ${longest}
  WHERE state <> 'processed' AND state = 'running' AND endpoint = @endpoint AND next_attempt > @now + ${longest}`;

export const nextDue = `SELECT min(next_attempt) AS due FROM webhook_logs WHERE endpoint = ? AND next_attempt > ?`;

export const extend = `
  UPDATE webhook_logs SET next_attempt = ?
  WHERE id IN (SELECT value FROM json_each(?)) AND lease = ? AND state = 'running'
  RETURNING id`;

/** The lease and the attempt are the fence: a process that lost the delivery to another one must not settle it. */
export const settle = `
  UPDATE webhook_logs
  SET state = @state, processed = @processed, failures = @failures, next_attempt = @nextAttempt, lease = @wait,
    error_message = @error, handlers = coalesce(@handlers, handlers), code = @code, issues = @issues
  WHERE id = @id AND lease = @lease AND attempts = @attempt`;

/** By itself: to name an indexed column costs its index, whether it changes or not. */
export const describe = `
  UPDATE webhook_logs
  SET event_type = coalesce(@eventType, event_type), dialect = coalesce(@dialect, dialect),
    scan_id = coalesce(@scanId, scan_id), target = coalesce(@target, target)
  WHERE id = @id`;

/** No failure: nothing is known against what closing has cut short. */
export const release = `
  UPDATE webhook_logs SET state = 'queued', lease = NULL, next_attempt = 0
  WHERE id IN (SELECT value FROM json_each(?)) AND lease = ? AND state = 'running'`;
