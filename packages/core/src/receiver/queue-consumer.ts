import { BoundedMap } from '../data/bounded-map.ts';
import { parseWith } from '../events/envelope.ts';
import type { Router } from '../handlers/router.ts';
import type { Settings } from '../options/settings.ts';
import type { Outcome } from '../outcome/outcome.ts';
import type { Observation } from '../reporting/observation.ts';
import type { Observers } from '../reporting/observers.ts';
import type { DeliveryLog, LogEntry } from '../stores/delivery-log.ts';
import type { DeliveryQueue } from '../stores/delivery-queue.ts';
import type { AttemptOptions, QueuedResult, QueuedWork, Workers } from '../stores/queued-attempt.ts';
import type { StoredRun } from '../stores/stored-delivery.ts';
import { type DeliveryRunner, withStoreTimeout } from './delivery-runner.ts';
import { releaseEndpoint, reserveEndpoint } from './endpoint-owners.ts';
import { requireRunningQueue } from './freezing-platform.ts';
import { toStored, toStoredEvent, toStoredFailures, type VerifiedDelivery } from './verified-delivery.ts';

/** Runs the deliveries of a store: the deliveries of a queue, or deliveries that are replayed from a log. */
export interface QueueConsumer {
  /**
   * Reserve the endpoint without starting workers.
   * @throws ConfigurationError if another receiver already uses this endpoint of the store
   */
  reserve(): void;
  /**
   * Start the workers.
   * @throws ConfigurationError if another receiver already uses this endpoint of the store
   */
  start(): void;
  /**
   * Start the workers if possible. An error is ignored, because the current delivery needs no worker, and recording it
   * reports any problem of the store.
   */
  startForReplays(): void;
  close(): Promise<void>;
}

export function createQueueConsumer(
  store: Pick<DeliveryQueue, 'start'>,
  settings: Settings,
  router: Router,
  runner: DeliveryRunner,
  observers: Observers,
): QueueConsumer {
  const { endpoint, catalogue, log, queue } = settings;
  /** The log, if it is separate from the queue. Attempts at queued deliveries must then be recorded in it. */
  const separateLog = queue === undefined || Object.is(log, queue) ? undefined : log;
  /**
   * For each failed delivery, the handlers that have succeeded. A handler that timed out may still succeed before the next
   * attempt.
   */
  const succeededById = new BoundedMap<string, ReadonlySet<string>>(settings.dedupeCacheSize);
  /**
   * Resolves one turn of the event loop after the first attempt is requested. Handlers that are registered right after
   * the start then receive the deliveries of an earlier run. `start()` does not begin the wait, because a Cloudflare
   * worker may not set a timer outside of a request.
   */
  let registered: Promise<void> | undefined;
  let workers: Workers | undefined;
  let cannotStart = false;

  async function process(work: QueuedWork, options: AttemptOptions = {}): Promise<QueuedResult> {
    registered ??= new Promise((resolve) => setTimeout(resolve, 0));
    await registered;
    const observation = observationOf(work, observers);
    observers.beginTrace(observation, () => {
      const { phase, receivedAt } = observation;
      const { attempt, traceContext: stored } = work;
      return { endpoint, phase, queued: false, receivedAt, attempt, stored, header: () => undefined };
    });
    const { trace } = observation;
    const attempted = () => attempt(work, options, observation);
    return trace === undefined ? attempted() : trace.run(attempted);
  }

  async function attempt(
    work: QueuedWork,
    options: AttemptOptions,
    observation: Observation,
  ): Promise<QueuedResult> {
    const { id, body, ip, receivedAt, attempt: number, traceContext } = work;
    const { parsed } = parseWith(catalogue, body, receivedAt.getTime());
    if (parsed.status === 'rejected') {
      const { code, issues, error, eventType } = parsed;
      observation.eventType = eventType ?? observation.eventType;
      // Another attempt would be rejected for the same reason.
      observation.isDeadLetter = true;
      if (error !== undefined) observers.error(error, 'schemas', observation);
      observers.outcome({ ...parsed, id }, observation);
      return { status: 'rejected', succeeded: work.succeeded, failures: [], code, issues, cause: error };
    }
    const { event, wire } = parsed;
    observation.eventType = event.event_type;
    // For a first attempt, use only the store's record, because a replay may run all handlers again.
    const remembered = number > 1 ? (succeededById.get(id) ?? []) : [];
    const runs: StoredRun[] = [];
    const progress = { attempt: number, succeeded: new Set([...work.succeeded, ...remembered]), runs };
    const trace = { stored: traceContext };
    const verified: VerifiedDelivery = { id, event, wire, body, ip, receivedAt, trace };
    const error = await runner.run(
      verified,
      router.routesOf(event.event_type),
      progress,
      observation,
      options,
    );
    observation.mark('handle');
    if (error === undefined) succeededById.delete(id);
    else succeededById.set(id, progress.succeeded);
    const succeeded = [...progress.succeeded];
    if (separateLog !== undefined) {
      const failed = error && { error: error.message, failures: toStoredFailures(error) };
      const state = error === undefined ? 'processed' : 'failed';
      const entry = {
        ...toStored(verified, endpoint),
        state,
        attempt: number,
        succeeded,
        runs,
        ...failed,
      } as const;
      await recordInLog(separateLog, entry, observation);
    }
    const result = { succeeded, failures: [], runs, event: toStoredEvent(event, wire) };
    if (error === undefined) {
      observers.outcome({ status: 'processed', id, event, wire }, observation);
      return { ...result, status: 'processed' };
    }
    const { message, retryAfter } = error;
    const nextAttempt = options.retryAt?.(retryAfter);
    observation.nextAttempt = nextAttempt;
    observation.isDeadLetter = options.retryAt !== undefined && nextAttempt === undefined;
    observers.outcome({ status: 'rejected', code: 'handler_failed', id, error }, observation);
    const failures = toStoredFailures(error);
    return { ...result, status: 'failed', failures, error: message, retryAfter, nextAttempt, cause: error };
  }

  /**
   * Record an attempt in the log. A failure of the log does not affect the queue, because the handlers have already
   * run.
   */
  async function recordInLog(log: DeliveryLog, entry: LogEntry, observation: Observation): Promise<void> {
    try {
      await withStoreTimeout(log.record(entry), 'log.record()');
    } catch (error) {
      observers.sideError(error, 'log', observation);
    }
  }

  const worker: QueueConsumer = {
    reserve: () => reserveEndpoint(store, endpoint, worker),
    start() {
      if (workers !== undefined) return;
      worker.reserve();
      workers = store.start(endpoint, process, observers.deadLetter);
    },
    startForReplays() {
      if (cannotStart) return;
      try {
        worker.start();
      } catch {
        cannotStart = true;
      }
    },
    async close() {
      await workers?.close();
      releaseEndpoint(store, endpoint, worker);
    },
  };
  return worker;
}

function observationOf(
  { id, ip, receivedAt, attempt, eventType, body }: QueuedWork,
  observers: Observers,
): Observation {
  const observation = observers.observe(receivedAt, 'handled');
  return Object.assign(observation, { id, ip, attempt, eventType, bodySize: body.byteLength });
}

/** Put a delivery into the queue. @returns the outcome */
export async function enqueue(
  queue: DeliveryQueue,
  { endpoint }: Settings,
  observers: Observers,
  verified: VerifiedDelivery,
  observation: Observation,
): Promise<Outcome> {
  const { id, event, wire } = verified;
  // Outside of the `try`: this is a configuration error, which a retry by the sender cannot resolve.
  requireRunningQueue(queue, verified);
  try {
    const delivery = toStored(verified, endpoint);
    const status = await withStoreTimeout(queue.enqueue(delivery), 'queue.enqueue()');
    const settled = status === 'accepted' ? queue.settled?.(delivery) : undefined;
    if (settled !== undefined) verified.waitUntil?.(settled);
    return { status, id, event, wire };
  } catch (error) {
    observers.error(error, 'queue', observation);
    return { status: 'rejected', code: 'unavailable', id, error };
  }
}
