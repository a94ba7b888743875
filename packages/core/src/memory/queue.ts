import { isAmount, mostAmount } from '../amount.ts';
import { ConfigurationError } from '../errors.ts';
import { freezingPlatform } from '../freezing.ts';
import type {
  DeliveryQueue,
  ProcessWork,
  QueuedResult,
  QueuedWork,
  ReportDeadLetter,
  StoredDelivery,
  Workers,
} from '../ports.ts';
import { retryDelay } from '../stores/backoff.ts';
import { deadLetterOf } from '../stores/dead-letter.ts';
import { endpointTaken } from '../stores/endpoint.ts';
import { BoundedMap } from './bounded.ts';

export interface MemoryQueueOptions {
  /**
   * How many deliveries are worked on at once.
   * @default 8
   */
  readonly concurrency?: number;
  /**
   * How often a delivery is tried before it is given up.
   * @default 5
   */
  readonly maxAttempts?: number;
  /**
   * The longest delay before the first retry, in milliseconds. It doubles with each further one; the actual delay is a
   * random part of it.
   * @default 1000
   */
  readonly baseDelay?: number;
  /**
   * The longest delay before any retry, in milliseconds. A handler that throws `RetryLater` can ask for a longer one, of up
   * to a day.
   * @default 60000
   */
  readonly maxDelay?: number;
  /**
   * How many deliveries of an endpoint may wait; then further ones are answered 503. Each holds its body, of up to
   * `maxBodySize`.
   * @default 10000
   */
  readonly capacity?: number;
}

/**
 * A queue in this process's memory: answers fast and retries, **but it loses its deliveries when the process ends.**
 * Use it for tests, and if you can accept a lost event. Use a durable queue otherwise.
 *
 * On a platform that freezes the process after the answer (Cloudflare Workers, AWS Lambda), handlers run through the
 * platform's `waitUntil`, for as long as it allows: 30 seconds on Cloudflare. Without `waitUntil`, deliveries are answered
 * 500 and `onError` gets a `ConfigurationError`.
 * @example
 * const receiver = createReceiver({ secret, queue: memoryQueue() });
 */
export function memoryQueue({
  concurrency = 8,
  maxAttempts = 5,
  baseDelay = 1000,
  maxDelay = 60_000,
  capacity = 10_000,
}: MemoryQueueOptions = {}): DeliveryQueue {
  for (const [option, value] of Object.entries({ concurrency, maxAttempts, baseDelay, maxDelay, capacity })) {
    if (!isAmount(value)) throw new ConfigurationError(option, 'must be more than 0.');
  }
  /** When this queue has taken what it has not yet forgotten: what a duplicate is told by. */
  const taken = new BoundedMap<string, Date>(capacity);
  /** Until when {@link DeliveryQueue.settled} waits, for the deliveries that are not settled. */
  const unsettled = new Map<string, Promise<void>>();
  const lanes = new Map<string, Lane>();
  const laneOf = (endpoint: string) => {
    const lane =
      lanes.get(endpoint) ??
      createLane({ concurrency, maxAttempts, baseDelay, maxDelay }, (work) => taken.delete(keyOf(work)));
    lanes.set(endpoint, lane);
    return lane;
  };
  return {
    async enqueue(delivery) {
      const key = keyOf(delivery);
      if (taken.has(key)) return 'duplicate';
      const lane = laneOf(delivery.endpoint);
      if (lane.size >= capacity) throw new Error(`The queue is full: ${capacity} deliveries wait`);
      taken.set(key, delivery.receivedAt);
      const settled = lane.add({ ...delivery, attempt: 1, succeeded: [] });
      unsettled.set(key, settled);
      void settled.then(() => unsettled.delete(key));
      return 'accepted';
    },
    settled: (delivery) => unsettled.get(keyOf(delivery)),
    start(endpoint, process, onDeadLetter) {
      const workers = laneOf(endpoint).start(process, onDeadLetter);
      if (workers === undefined) throw endpointTaken(endpoint);
      return workers;
    },
  };
}

function keyOf({ endpoint, id }: StoredDelivery): string {
  return `${endpoint}\n${id}`;
}

/** The deliveries of one endpoint. */
interface Lane {
  /** How many wait. */
  readonly size: number;
  /** @returns a promise that resolves when the delivery is processed, rejected or given up */
  add(work: QueuedWork): Promise<void>;
  /** `undefined` where it has been started. */
  start(process: ProcessWork, onDeadLetter?: ReportDeadLetter): Workers | undefined;
}

/** A Cloudflare worker gives up a request that waits for nothing of its own, such as for the end of another request. */
async function awake<Value>(promise: Promise<Value>): Promise<Value> {
  const timer = setInterval(() => {}, 1000);
  try {
    return await promise;
  } finally {
    clearInterval(timer);
  }
}

/** A delivery that waits for a worker. */
interface Waiting {
  begin(process: ProcessWork): void;
}

/** A delivery that waits for its next attempt, and what its `waitUntil` waits for. */
interface Retry {
  readonly work: QueuedWork;
  readonly onSettled: () => void;
}

function createLane(
  { concurrency, maxAttempts, baseDelay, maxDelay }: Required<Omit<MemoryQueueOptions, 'capacity'>>,
  onGivenUp: (work: QueuedWork) => void,
): Lane {
  const waiting: Waiting[] = [];
  /** The timers of those that wait for a retry. */
  const retries = new Map<ReturnType<typeof setTimeout>, Retry>();
  /** What closing did not wait for: it is left to the receiver that starts next. */
  const left: QueuedWork[] = [];
  let process: ProcessWork | undefined;
  let reportDeadLetter: ReportDeadLetter | undefined;
  let running = 0;
  let onIdle: (() => void) | undefined;

  function next(): void {
    while (process !== undefined && running < concurrency) {
      const first = waiting.shift();
      if (first === undefined) break;
      running++;
      first.begin(process);
    }
    if (running === 0) onIdle?.();
  }

  /**
   * Each delivery waits for its turn in a promise of its own, and is never run by the one before it: a worker runs code in
   * the request that called it, and cancels it with that request.
   */
  async function enter(work: QueuedWork, onSettled: () => void): Promise<void> {
    const turn = new Promise<ProcessWork>((begin) => waiting.push({ begin }));
    next();
    const process = await (freezingPlatform() === undefined ? turn : awake(turn));
    settle(work, await process(work, { retryAt: retryAtOf(work) }), onSettled);
  }

  /** When the next attempt is due, if there is one. */
  function retryAtOf({ attempt }: QueuedWork) {
    return (retryAfter: number | undefined) =>
      attempt < maxAttempts
        ? new Date(Date.now() + retryDelay(attempt, retryAfter, { baseDelay, maxDelay }))
        : undefined;
  }

  function settle(work: QueuedWork, result: QueuedResult, onSettled: () => void): void {
    running--;
    if (result.status === 'processed') onSettled();
    else retryOrGiveUp(work, result, onSettled);
    next();
  }

  function retryOrGiveUp(work: QueuedWork, result: QueuedResult, onSettled: () => void): void {
    const { status, retryAfter, nextAttempt = retryAtOf(work)(retryAfter) } = result;
    if (status === 'failed' && nextAttempt !== undefined) {
      retry(work, result, nextAttempt, onSettled);
      return;
    }
    onGivenUp(work);
    reportDeadLetter?.(deadLetterOf(work, result));
    onSettled();
  }

  function retry(
    work: QueuedWork,
    { succeeded }: QueuedResult,
    nextAttempt: Date,
    onSettled: () => void,
  ): void {
    const again = { work: { ...work, attempt: work.attempt + 1, succeeded }, onSettled };
    if (onIdle !== undefined) {
      leave(again);
      return;
    }
    const timer = setTimeout(
      () => {
        retries.delete(timer);
        void enter(again.work, onSettled);
      },
      // Past these bounds a timer ends at once, with a warning of Node's.
      Math.min(Math.max(0, nextAttempt.getTime() - Date.now()), mostAmount),
    );
    retries.set(timer, again);
  }

  /** Closing waits for no retry. */
  function leave({ work, onSettled }: Retry): void {
    left.push(work);
    onSettled();
  }

  return {
    get size() {
      return waiting.length + retries.size + left.length;
    },
    add(work) {
      return new Promise((onSettled) => {
        void enter(work, onSettled);
      });
    },
    start(processor, onDeadLetter) {
      if (process !== undefined) return undefined;
      process = processor;
      reportDeadLetter = onDeadLetter;
      next();
      return {
        async close() {
          for (const [timer, retry] of retries) {
            clearTimeout(timer);
            leave(retry);
          }
          retries.clear();
          await new Promise<void>((resolve) => {
            onIdle = resolve;
            next();
          });
          process = undefined;
          onIdle = undefined;
          for (const work of left.splice(0)) void enter(work, () => {});
        },
      };
    },
  };
}
