import { parseWith } from './events/envelope.ts';
import type { Observers } from './observers.ts';
import type { Outcome } from './outcome.ts';
import type { DeliveryQueue, QueuedResult, QueuedWork } from './ports.ts';
import type { Router } from './router.ts';
import { type Progress, type Runner, toStored, type Verified } from './runner.ts';
import type { Settings } from './settings.ts';

/** The receiver's side of a queue: what goes in, and what is done with what comes out. */
export interface Worker {
  enqueue(verified: Verified): Promise<Outcome>;
  start(): void;
}

export function createWorker(
  queue: DeliveryQueue,
  { endpoint, catalogue }: Settings,
  router: Router,
  runner: Runner,
  observers: Observers,
): Worker {
  let started = false;

  function start(): void {
    if (started) return;
    started = true;
    // A turn later: handlers that are registered right after the mounting must not miss what an earlier run left.
    setTimeout(() => queue.start(process), 0);
  }

  async function enqueue(verified: Verified): Promise<Outcome> {
    start();
    const { id, event, wire } = verified;
    try {
      return { status: await queue.enqueue(toStored(verified, endpoint)), id, event, wire };
    } catch (error) {
      observers.error(error, 'queue', id);
      return { status: 'rejected', code: 'unavailable', id, error };
    }
  }

  async function process(work: QueuedWork): Promise<QueuedResult> {
    const { id, body, ip, receivedAt, attempt } = work;
    const watch = observers.watch(receivedAt);
    watch.ip = ip;
    const parsed = parseWith(catalogue, body, receivedAt.getTime());
    if (parsed.status === 'rejected') {
      observers.outcome({ ...parsed, id }, watch);
      return {
        status: 'failed',
        succeeded: work.succeeded,
        error: new Error(`The stored body is refused: ${parsed.code}`),
      };
    }
    const { event, wire } = parsed;
    const progress: Progress = { attempt, succeeded: new Set(work.succeeded) };
    const error = await runner.run(
      { id, event, wire, body, ip, receivedAt },
      router.routesOf(event.event_type),
      progress,
    );
    watch.mark('handle');
    const succeeded = [...progress.succeeded];
    if (error !== undefined) {
      observers.outcome({ status: 'rejected', code: 'handler_failed', id, error }, watch);
      return { status: 'failed', succeeded, error };
    }
    observers.outcome({ status: 'processed', id, event, wire }, watch);
    return { status: 'processed', succeeded };
  }

  return { enqueue, start };
}
