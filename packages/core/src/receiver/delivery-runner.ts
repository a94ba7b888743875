import { type MaybePromise, within } from '../data/promises.ts';
import { EventHandlingError, type HandlerFailure, messageOf } from '../errors.ts';
import type { Interruption } from '../handlers/event-context.ts';
import { createLateHandlers } from '../handlers/late-handlers.ts';
import type { Route } from '../handlers/router.ts';
import { runHandlers } from '../handlers/run-handlers.ts';
import type { Settings } from '../options/settings.ts';
import { type Outcome, type Rejected, rejectWith } from '../outcome/outcome.ts';
import type { Observation } from '../reporting/observation.ts';
import type { Observers } from '../reporting/observers.ts';
import type { DeliveryLog, LogEntry } from '../stores/delivery-log.ts';
import { isTaken } from '../stores/rules/states.ts';
import type { StoredDelivery, StoredRun } from '../stores/stored-delivery.ts';
import { createDedupeCache } from './dedupe-cache.ts';
import { toStored, toStoredFailures, type VerifiedDelivery } from './verified-delivery.ts';

/** The progress of a delivery over all its attempts. */
interface Progress {
  attempt: number;
  readonly succeeded: Set<string>;
  /** The runs of the current attempt. `undefined` without a store that records them. */
  runs: StoredRun[] | undefined;
}

export interface DeliveryRunner {
  /**
   * Run the routes of a delivery, unless they have already run. If there is a log, record the delivery before and after.
   */
  once(verified: VerifiedDelivery, routes: readonly Route[], observation: Observation): MaybePromise<Outcome>;
  /**
   * Run the routes that have not succeeded yet.
   * @param interruption can end the attempt before its handlers finish
   * @returns the failures
   */
  run(
    verified: VerifiedDelivery,
    routes: readonly Route[],
    progress: Progress,
    observation: Observation,
    interruption?: Interruption,
  ): MaybePromise<EventHandlingError | undefined>;
  /** Record a verified delivery, if there is a log. @returns `unavailable` if that fails */
  record(
    delivery: StoredDelivery,
    entryState: EntryState,
    observation: Observation,
  ): Promise<Rejected | undefined>;
}

type EntryState = Omit<LogEntry, keyof StoredDelivery>;

export function createDeliveryRunner(settings: Settings, observers: Observers): DeliveryRunner {
  const { endpoint, log, logger } = settings;
  const dedupeCache = createDedupeCache(settings.dedupeCacheSize);
  const lateHandlers = createLateHandlers();

  function once(
    verified: VerifiedDelivery,
    routes: readonly Route[],
    observation: Observation,
  ): MaybePromise<Outcome> {
    const { id } = verified;
    const known = dedupeCache.get(id);
    if (known?.state === 'processed') return duplicate(verified);
    if (known?.state === 'running') return shareOutcome(known.outcome, verified);

    const { attempt = 0, succeeded = new Set<string>() } = known ?? {};
    const progress: Progress = { attempt, succeeded, runs: log === undefined ? undefined : [] };
    const outcome =
      log === undefined
        ? handle(verified, routes, progress, observation)
        : handleLogged(log, verified, routes, progress, observation);
    if (!(outcome instanceof Promise)) return settle(id, outcome, progress);
    dedupeCache.set(id, { state: 'running', outcome });
    const settling = outcome.then(
      (settled) => settle(id, settled, progress),
      (error) => {
        dedupeCache.forget(id);
        throw error;
      },
    );
    // The handlers must keep running if the sender disconnects, because its retries wait for them.
    verified.waitUntil?.(settling.catch(() => {}));
    return settling;
  }

  function settle(id: string, outcome: Outcome, { attempt, succeeded }: Progress): Outcome {
    dedupeCache.set(id, outcome.status === 'rejected' ? { state: 'failed', attempt, succeeded } : processed);
    return outcome;
  }

  function handle(
    verified: VerifiedDelivery,
    routes: readonly Route[],
    progress: Progress,
    observation: Observation,
  ): MaybePromise<Outcome> {
    progress.attempt++;
    const error = run(verified, routes, progress, observation);
    return error instanceof Promise
      ? error.then((late) => toOutcome(verified, late))
      : toOutcome(verified, error);
  }

  async function handleLogged(
    log: DeliveryLog,
    verified: VerifiedDelivery,
    routes: readonly Route[],
    progress: Progress,
    observation: Observation,
  ): Promise<Outcome> {
    const stored = toStored(verified, endpoint);
    try {
      const entry = { ...stored, state: 'received', ...progressFields(progress) } as const;
      const known = await withStoreTimeout(log.record(entry), 'log.record()');
      if (known !== undefined && isTaken(known.state)) return duplicate(verified);
      if (known?.running === true) return { ...rejectWith('in_progress'), id: stored.id };
      progress.attempt = Math.max(progress.attempt, known?.attempt ?? 0);
      for (const name of known?.succeeded ?? []) progress.succeeded.add(name);
    } catch (error) {
      return unavailable(error, stored.id, observation);
    }
    const outcome = await handle(verified, routes, progress, observation);
    const unrecorded = await record(
      stored,
      { ...resultOf(outcome), ...progressFields(progress) },
      observation,
    );
    return unrecorded === undefined ? outcome : withErrorOf(outcome, unrecorded);
  }

  function run(
    { id, event, wire, ip, receivedAt, waitUntil }: VerifiedDelivery,
    routes: readonly Route[],
    { attempt, succeeded, runs }: Progress,
    observation: Observation,
    interruption?: Interruption,
  ): MaybePromise<EventHandlingError | undefined> {
    observation.attempt = attempt;
    if (routes.length === 0) observers.unhandled(observation);
    const delivery = { id, endpoint, receivedAt, ip, attempt, wire };
    const failures = runHandlers(routes, {
      event,
      delivery,
      logger,
      succeeded,
      runs,
      report: observers.handlerRuns(observation, id, event.event_type),
      trace: observation.trace,
      lateHandlers: lateHandlers.of(id, waitUntil),
      interruption,
    });
    return failures instanceof Promise ? failures.then(toError) : toError(failures);

    function toError(failed: readonly HandlerFailure[]): EventHandlingError | undefined {
      if (failed.length === 0) return undefined;
      const error = new EventHandlingError(event, id, failed);
      observers.error(error, 'handlers', observation);
      return error;
    }
  }

  async function record(
    delivery: StoredDelivery,
    entryState: EntryState,
    observation: Observation,
  ): Promise<Rejected | undefined> {
    if (log === undefined) return undefined;
    try {
      await withStoreTimeout(log.record({ ...delivery, ...entryState }), 'log.record()');
      return undefined;
    } catch (error) {
      return unavailable(error, delivery.id, observation);
    }
  }

  function unavailable(error: unknown, id: string, observation: Observation): Rejected {
    observers.error(error, 'log', observation);
    return { status: 'rejected', code: 'unavailable', id, error };
  }

  return { once, run, record };
}

const processed = { state: 'processed' } as const;

function duplicate({ id, event, wire }: VerifiedDelivery): Outcome {
  return { status: 'duplicate', id, event, wire };
}

/**
 * Return the outcome of a retry that arrives during an attempt. The retry shares the attempt's outcome, because
 * a 2xx response at once would lose the event if the attempt fails. The error stays with the request that ran the
 * handlers, so that it is logged once.
 */
async function shareOutcome(running: Promise<Outcome>, verified: VerifiedDelivery): Promise<Outcome> {
  const outcome = await running;
  return outcome.status === 'rejected' ? { ...outcome, error: undefined } : duplicate(verified);
}

/** Combine the failures of the handlers and of the log into one outcome. */
function withErrorOf(handled: Outcome, unrecorded: Rejected): Rejected {
  if (handled.status !== 'rejected') return unrecorded;
  const errors = [unrecorded.error, handled.error];
  return { ...unrecorded, error: new AggregateError(errors, errors.map(messageOf).join('; ')) };
}

function toOutcome({ id, event, wire }: VerifiedDelivery, error: EventHandlingError | undefined): Outcome {
  if (error !== undefined) {
    const { retryAfter } = error;
    return { status: 'rejected', code: 'handler_failed', id, error, ...(retryAfter && { retryAfter }) };
  }
  return { status: 'processed', id, event, wire };
}

function resultOf(outcome: Outcome): Pick<EntryState, 'state' | 'error' | 'failures'> {
  if (outcome.status !== 'rejected') return { state: 'processed' };
  const { error } = outcome;
  return error instanceof EventHandlingError
    ? { state: 'failed', error: error.message, failures: toStoredFailures(error) }
    : { state: 'failed' };
}

function progressFields({
  attempt,
  succeeded,
  runs,
}: Progress): Pick<EntryState, 'attempt' | 'succeeded' | 'runs'> {
  return { attempt, succeeded: [...succeeded], runs };
}

/** The time limit of a call of a store, in milliseconds. A late call counts as failed. SpiderFoot waits ten seconds. */
const storeTimeout = 5000;

/** Wait for a store's result, but not longer than the sender waits. The result may also be a value without a promise. */
export function withStoreTimeout<Value>(result: MaybePromise<Value>, call: string): Promise<Value> {
  return within(
    Promise.resolve(result),
    storeTimeout,
    () => new Error(`${call} did not settle within ${storeTimeout} ms`),
  );
}
