import { BoundedMap } from '../../data/bounded-map.ts';
import { maxTimerDelay } from '../../options/number-options.ts';
import { freezingPlatform } from '../../receiver/freezing-platform.ts';
import type { StoredDelivery } from '../stored-delivery.ts';
import type { Claim, WorkerStore } from '../worker/worker-store.ts';

/** The deliveries of one endpoint in memory. */
export interface EndpointQueue extends WorkerStore {
  /** Returns its result without a promise, like all methods: see {@link Claim.enter}. */
  enqueue(delivery: StoredDelivery): 'accepted' | 'duplicate';
  /**
   * @returns a promise that resolves when the delivery is processed, rejected or a dead letter, or is left to the next
   *   receiver. `undefined` if the delivery is not in the queue
   */
  settled(delivery: StoredDelivery): Promise<void> | undefined;
  /** Stop waiting for retries. */
  close(): void;
  /** Queue the deliveries again whose retries closing did not wait for, so that the next receiver runs them. */
  reopen(): void;
}

/** A run of a delivery by a worker. */
type Run = () => Promise<void>;

/**
 * Create the queue of one endpoint.
 *
 * Each delivery has its own promise chain, in which it waits for a worker, is run, and waits for its retry. The chain of
 * another delivery never runs it, because Cloudflare runs code in the request that called it, and cancels the code with
 * that request.
 * @param capacity the number of deliveries that may wait
 * @param onDue called when a delivery waits for a worker
 */
export function createEndpointQueue(capacity: number, onDue: () => void): EndpointQueue {
  /** The deliveries that count as duplicates if they are sent again, with the time at which each was accepted. */
  const accepted = new BoundedMap<string, Date>(capacity);
  /** For each delivery that is not settled, the promise of {@link EndpointQueue.settled}. */
  const unsettled = new Map<string, Promise<void>>();
  const waiting: Claim[] = [];
  /** For each delivery that waits for a retry, a function that ends the wait early. */
  const retries = new Map<string, () => void>();
  /** The next attempts of deliveries that have failed, after their waits. `undefined` if closing has ended the wait. */
  const next = new Map<string, Promise<Claim | undefined>>();
  /** The deliveries that closing has left to the next receiver. */
  const postponed: Claim[] = [];
  let isClosing = false;

  /** Run a delivery until it is settled, or left to the next receiver. */
  async function runAttempts(first: Claim): Promise<void> {
    for (let claim: Claim | undefined = first; claim !== undefined; ) {
      const turn = waitForTurn(claim);
      const run = await (freezingPlatform() === undefined ? turn : keepAwake(turn));
      await run();
      const retry = next.get(claim.key);
      next.delete(claim.key);
      claim = await retry;
    }
  }

  function waitForTurn(claim: Claim): Promise<Run> {
    return new Promise((enter) => {
      waiting.push({ ...claim, enter });
      onDue();
    });
  }

  function waitForRetry(claim: Claim, dueAt: Date): Promise<Claim | undefined> {
    return new Promise((resolve) => {
      const timer = setTimeout(
        () => {
          retries.delete(claim.key);
          resolve(claim);
        },
        // If the delay is outside these bounds, Node fires the timer at once and prints a warning.
        Math.min(Math.max(0, dueAt.getTime() - Date.now()), maxTimerDelay),
      );
      retries.set(claim.key, () => {
        clearTimeout(timer);
        postponed.push(claim);
        resolve(undefined);
      });
    });
  }

  return {
    enqueue(delivery) {
      const { id: key, receivedAt } = delivery;
      if (accepted.has(key)) return 'duplicate';
      if (waiting.length + retries.size + postponed.length >= capacity) {
        throw new Error(`The queue is full (${capacity} waiting deliveries)`);
      }
      accepted.set(key, receivedAt);
      const first = { key, delivery, attempt: 1, failures: 0, handlers: [], isSuspect: false };
      const settled = runAttempts(first);
      unsettled.set(key, settled);
      void settled.then(() => unsettled.delete(key));
      return 'accepted';
    },
    settled: ({ id }) => unsettled.get(id),
    claim: (plan) => ({ claims: waiting.splice(0, plan().places), nextDue: undefined }),
    settle(claim, settlementNow) {
      const settlement = settlementNow();
      if (settlement === undefined) return false;
      const { state, failures, handlers = claim.handlers, dueAt } = settlement;
      if (dueAt !== undefined) {
        const retry = { ...claim, attempt: claim.attempt + 1, failures, handlers };
        if (isClosing) postponed.push(retry);
        else next.set(claim.key, waitForRetry(retry, dueAt));
      } else if (state !== 'processed') accepted.delete(claim.key);
      return true;
    },
    release() {},
    close() {
      isClosing = true;
      for (const end of retries.values()) end();
      retries.clear();
    },
    reopen() {
      isClosing = false;
      for (const claim of postponed.splice(0)) void runAttempts(claim);
    },
  };
}

/**
 * Cloudflare cancels a request that waits only for another request. A timer of its own keeps it alive until the promise
 * settles.
 */
async function keepAwake<Value>(promise: Promise<Value>): Promise<Value> {
  const timer = setInterval(() => {}, 1000);
  try {
    return await promise;
  } finally {
    clearInterval(timer);
  }
}
