import type { StoredFailure, StoredRun } from '../stored-delivery.ts';

/** The results of one handler for a delivery. */
export interface HandlerRecord {
  /** The handler's name. */
  readonly name: string;
  readonly succeeded: boolean;
  /** The number of attempts in which the handler has finished. */
  readonly attempts: number;
  /** The message of its last error, in one line. */
  readonly error?: string;
  /** Its last 8 runs, oldest first. Missing if the runs were not recorded, for example by an older version. */
  readonly runs?: readonly HandlerRun[];
}

/** One run of a handler. If the handler exceeded its time limit, the run ends at the limit. */
export interface HandlerRun {
  readonly startedAt: Date;
  /** Milliseconds. */
  readonly duration: number;
  /** The message of the error, in one line. Missing if the run succeeded. */
  readonly error?: string;
}

/** A {@link HandlerRecord} in JSON. */
export interface HandlerRecordJson extends Omit<HandlerRecord, 'runs'> {
  readonly runs?: readonly HandlerRunJson[];
}

/** A {@link HandlerRun} in JSON. */
export interface HandlerRunJson extends Omit<HandlerRun, 'startedAt'> {
  /** ISO 8601 in UTC. */
  readonly startedAt: string;
}

/** The runs of a handler that are kept for a delivery. */
const keptRuns = 8;

/** Return a handler record as a plain object for `JSON.stringify`. */
export function handlerRecordJson({ runs, ...handler }: HandlerRecord): HandlerRecordJson {
  if (runs === undefined) return handler;
  return { ...handler, runs: runs.map((run) => ({ ...run, startedAt: run.startedAt.toISOString() })) };
}

/** Read a list of handler records that was parsed from JSON. Invalid records and invalid runs are ignored. */
export function readHandlerRecords(value: unknown): readonly HandlerRecord[] {
  if (!Array.isArray(value)) return [];
  return value.filter(isHandlerRecord).map(({ runs, ...handler }) => {
    return Array.isArray(runs) ? { ...handler, runs: runs.flatMap(readRun) } : handler;
  });
}

function isHandlerRecord(value: unknown): value is Omit<HandlerRecord, 'runs'> & { readonly runs?: unknown } {
  return (
    typeof value === 'object' &&
    value !== null &&
    'name' in value &&
    typeof value.name === 'string' &&
    'succeeded' in value &&
    typeof value.succeeded === 'boolean' &&
    'attempts' in value &&
    typeof value.attempts === 'number' &&
    hasErrorText(value)
  );
}

function readRun(value: unknown): readonly HandlerRun[] {
  if (typeof value !== 'object' || value === null || !hasErrorText(value)) return [];
  if (!('startedAt' in value) || typeof value.startedAt !== 'string') return [];
  if (!('duration' in value) || typeof value.duration !== 'number') return [];
  const startedAt = new Date(value.startedAt);
  if (Number.isNaN(startedAt.getTime())) return [];
  const { duration, error } = value;
  return [{ startedAt, duration, ...(error !== undefined && { error }) }];
}

function hasErrorText(value: object): value is { readonly error?: string } {
  return !('error' in value) || typeof value.error === 'string';
}

/** Return the names of the handlers that have succeeded, for `QueuedWork.succeeded`. */
export function succeededHandlers(handlers: readonly HandlerRecord[]): readonly string[] {
  return handlers.filter(({ succeeded }) => succeeded).map(({ name }) => name);
}

/** The results of one attempt. A `LogEntry` and a `QueuedResult` contain them. */
export interface AttemptResults {
  /** The handlers that have succeeded, in this attempt or an earlier one. */
  readonly succeeded: readonly string[];
  /** The handlers that failed in this attempt. */
  readonly failures?: readonly StoredFailure[] | undefined;
  /** The runs of this attempt, at most one for each handler. */
  readonly runs?: readonly StoredRun[] | undefined;
}

/**
 * Add the results of one attempt.
 * @param known the records before the attempt
 */
export function addAttempt(
  known: readonly HandlerRecord[],
  { succeeded, failures = [], runs = [] }: AttemptResults,
): readonly HandlerRecord[] {
  const handlers = new Map(known.map((handler) => [handler.name, handler]));
  function add(name: string, result: { readonly succeeded: boolean; readonly error?: string }): void {
    const { attempts = 0, runs: earlier } = handlers.get(name) ?? {};
    const run = runs.find(({ handler }) => handler === name);
    handlers.set(name, { name, ...result, attempts: attempts + 1, ...runsWith(earlier, run, result) });
  }
  for (const name of succeeded) {
    if (!handlers.get(name)?.succeeded) add(name, { succeeded: true });
  }
  for (const { handler, error } of failures) add(handler, { succeeded: false, error });
  return [...handlers.values()];
}

function runsWith(
  earlier: readonly HandlerRun[] = [],
  run: StoredRun | undefined,
  { error }: { readonly error?: string },
): Pick<HandlerRecord, 'runs'> {
  if (run === undefined) return earlier.length === 0 ? {} : { runs: earlier };
  const { startedAt, duration } = run;
  const added = { startedAt, duration, ...(error !== undefined && { error }) };
  return { runs: [...earlier, added].slice(-keptRuns) };
}
