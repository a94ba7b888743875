import type { ProcessWork, QueuedResult } from '../queued-attempt.ts';
import { succeededHandlers } from '../records/handler-record.ts';
import type { DeadLetter } from '../rules/dead-letter.ts';
import { deadLetterOf } from '../rules/dead-letter.ts';
import { type RetryOptions, type Settlement, settlementOf } from '../rules/settlement.ts';
import { Attempt } from './attempt.ts';
import { unwritablePause } from './claiming.ts';
import type { Line } from './line.ts';
import type { Places } from './places.ts';
import type { Claim, WorkerStore } from './worker-store.ts';

/** The parts of the worker that {@link createRunning} uses. */
export interface RunningContext {
  readonly store: WorkerStore;
  readonly process: ProcessWork;
  readonly places: Places;
  readonly line: Line;
  readonly options: RetryOptions;
  readonly now: () => number;
  readonly onDeadLetter: (letter: DeadLetter, key: string) => void;
  readonly onError: (error: unknown) => void;
  /** Look for due deliveries. */
  readonly wake: () => void;
}

/** @returns a function that runs claimed deliveries and settles them */
export function createRunning(context: RunningContext): (claims: readonly Claim[]) => void {
  const { store, process, places, line, options, now, onDeadLetter, onError, wake } = context;

  function begin(claims: readonly Claim[]): void {
    if (places.phase === 'closed') {
      void release(claims);
      return;
    }
    for (const claim of claims) {
      const attempt = new Attempt(claim, now, options);
      places.add(attempt);
      line.add(attempt, () => {
        if (claim.enter === undefined) void run(attempt);
        else claim.enter(() => run(attempt));
      });
    }
  }

  async function run(attempt: Attempt): Promise<void> {
    const { delivery, attempt: number, handlers, key } = attempt.claim;
    const work = { ...delivery, attempt: number, succeeded: succeededHandlers(handlers) };
    const start = performance.now();
    const result = await process(work, attempt);
    attempt.finish();
    places.noteDuration(performance.now() - start);
    line.end();
    // The delivery was released, and the store may be closed. The next process runs the delivery again.
    if (places.phase === 'closed') return;
    const state = await settle(attempt, result);
    if (state === 'dead' || state === 'rejected') onDeadLetter(deadLetterOf(work, result), key);
    // If the worker drains its queue, closing must wait until the next delivery is claimed.
    const reservation = places.reserve(0);
    places.remove(attempt);
    // A failed delivery has a new due time.
    if (places.backlog || result.status === 'failed') wake();
    reservation.end();
  }

  /**
   * Store the result of an attempt. If a write to the store fails, the result is not lost, because the delivery keeps its
   * place until the result is stored.
   */
  async function settle(attempt: Attempt, result: QueuedResult): Promise<Settlement['state'] | undefined> {
    const { claim } = attempt;
    const canWait = !places.backlog && places.free() > 0;
    let settlement: Settlement | undefined;
    const settlementNow = () => {
      settlement = places.has(attempt) ? settlementOf(claim, result, now(), options) : undefined;
      return settlement;
    };
    for (;;) {
      try {
        const isStored = await store.settle(claim, settlementNow, { canWait });
        return isStored ? settlement?.state : undefined;
      } catch (error) {
        onError(error);
        if (places.phase !== 'open') return undefined;
        await new Promise((resolve) => setTimeout(resolve, unwritablePause));
      }
    }
  }

  /** Release the deliveries that a slow store has claimed after the worker was closed. */
  async function release(claims: readonly Claim[]): Promise<void> {
    if (claims.length === 0) return;
    const reservation = places.reserve(0);
    try {
      await store.release(claims.map(({ key }) => key));
    } catch (error) {
      onError(error);
    }
    reservation.end();
  }

  return begin;
}
