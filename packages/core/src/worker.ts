import { parseWith } from './events/envelope.ts';
import { BoundedMap } from './memory/bounded.ts';
import type { Observers } from './observers.ts';
import type { Outcome } from './outcome.ts';
import type { DeliveryQueue, QueuedResult, QueuedWork, Workers } from './ports.ts';
import type { Router } from './router.ts';
import { answerOf, type Progress, type Runner } from './runner.ts';
import type { Settings } from './settings.ts';
import { toStored, toStoredEvent, toStoredFailures, type Verified } from './stored.ts';

/** The receiver's side of a store that hands deliveries back: out of a queue, or replayed out of a log. */
export interface Worker {
  /** @throws ConfigurationError where another receiver over the store has the endpoint */
  start(): void;
  close(): Promise<void>;
}

export function createWorker(
  store: Pick<DeliveryQueue, 'start'>,
  settings: Settings,
  router: Router,
  runner: Runner,
  observers: Observers,
): Worker {
  const { endpoint, catalogue, log, queue } = settings;
  /** A log of the receiver's own, which does not see by itself what becomes of the queue's deliveries. */
  const logApart = queue !== undefined && log !== undefined && !Object.is(log, queue);
  /** How far failed deliveries have come: a handler that was given up may succeed before the next try begins. */
  const reached = new BoundedMap<string, ReadonlySet<string>>(settings.memory);
  /** Over a turn after the start: handlers that are registered right after the mounting must not miss what an earlier run left. */
  let registered: Promise<void> | undefined;
  let workers: Workers | undefined;

  async function process(work: QueuedWork): Promise<QueuedResult> {
    await registered;
    const { id, body, ip, receivedAt, attempt } = work;
    const watch = observers.watch(receivedAt);
    watch.ip = ip;
    const parsed = parseWith(catalogue, body, receivedAt.getTime());
    if (parsed.status === 'rejected') {
      const { code, issues, error } = parsed;
      if (error !== undefined) observers.error(error, 'schemas', id);
      observers.outcome({ ...parsed, id }, watch);
      return { status: 'rejected', succeeded: work.succeeded, failures: [], code, issues };
    }
    const { event, wire } = parsed;
    // At a first try there is nothing to go on from: what is replayed may be meant to run as a whole.
    const since = attempt > 1 ? (reached.get(id) ?? []) : [];
    const progress: Progress = { attempt, succeeded: new Set([...work.succeeded, ...since]) };
    const verified: Verified = { id, event, wire, body, ip, receivedAt };
    const error = await runner.run(verified, router.routesOf(event.event_type), progress);
    watch.mark('handle');
    if (error === undefined) reached.delete(id);
    else reached.set(id, progress.succeeded);
    const succeeded = [...progress.succeeded];
    const result = { succeeded, failures: [], event: toStoredEvent(event, wire) };
    if (logApart) {
      const failed = error && { error: error.message, failures: toStoredFailures(error) };
      const state = error === undefined ? 'processed' : 'failed';
      await runner.record(toStored(verified, endpoint), { state, attempt, succeeded, ...failed });
    }
    if (error !== undefined) {
      observers.outcome({ status: 'rejected', code: 'handler_failed', id, error }, watch);
      const { message, retryAfter } = error;
      return { ...result, status: 'failed', failures: toStoredFailures(error), error: message, retryAfter };
    }
    observers.outcome({ status: 'processed', id, event, wire }, watch);
    return { ...result, status: 'processed' };
  }

  return {
    start() {
      if (workers !== undefined) return;
      registered = new Promise((resolve) => setTimeout(resolve, 0));
      // At once: what is wrong about it has to be thrown to whoever mounts the receiver.
      workers = store.start(endpoint, process);
    },
    async close() {
      await workers?.close();
    },
  };
}

/** Puts a delivery into the queue, and answers for it. */
export async function enqueue(
  queue: DeliveryQueue,
  { endpoint }: Settings,
  observers: Observers,
  verified: Verified,
): Promise<Outcome> {
  const { id, event, wire } = verified;
  try {
    const stored = queue.enqueue(toStored(verified, endpoint));
    return { status: await answerOf(stored, 'queue.enqueue()'), id, event, wire };
  } catch (error) {
    observers.error(error, 'queue', id);
    return { status: 'rejected', code: 'unavailable', id, error };
  }
}
