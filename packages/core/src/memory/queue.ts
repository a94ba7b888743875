import { isAmount, mostAmount } from '../amount.ts';
import { ConfigurationError } from '../errors.ts';
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
 * A queue in this process's memory: answers fast and retries, **but what waits is lost when the process ends.**
 * For tests, and where a lost event is acceptable; else use a durable one.
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
      lane.add({ ...delivery, attempt: 1, succeeded: [] });
      return 'accepted';
    },
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
  add(work: QueuedWork): void;
  /** `undefined` where it has been started. */
  start(process: ProcessWork, onDeadLetter?: ReportDeadLetter): Workers | undefined;
}

function createLane(
  { concurrency, maxAttempts, baseDelay, maxDelay }: Required<Omit<MemoryQueueOptions, 'capacity'>>,
  onGivenUp: (work: QueuedWork) => void,
): Lane {
  const waiting: QueuedWork[] = [];
  const retries = new Set<ReturnType<typeof setTimeout>>();
  let process: ProcessWork | undefined;
  let reportDeadLetter: ReportDeadLetter | undefined;
  let running = 0;
  let onIdle: (() => void) | undefined;

  function next(): void {
    while (process !== undefined && running < concurrency) {
      const work = waiting.shift();
      if (work === undefined) break;
      running++;
      void process(work, { retryAt: retryAtOf(work) }).then((result) => settle(work, result));
    }
    if (running === 0) onIdle?.();
  }

  /** When the next attempt is due, if there is one. */
  function retryAtOf({ attempt }: QueuedWork) {
    return (retryAfter: number | undefined) =>
      attempt < maxAttempts
        ? new Date(Date.now() + retryDelay(attempt, retryAfter, { baseDelay, maxDelay }))
        : undefined;
  }

  function settle(work: QueuedWork, result: QueuedResult): void {
    running--;
    if (result.status !== 'processed') retryOrGiveUp(work, result);
    next();
  }

  function retryOrGiveUp(work: QueuedWork, result: QueuedResult): void {
    const { status, retryAfter, nextAttempt = retryAtOf(work)(retryAfter) } = result;
    if (status === 'failed' && nextAttempt !== undefined) {
      retry(work, result, nextAttempt);
      return;
    }
    onGivenUp(work);
    reportDeadLetter?.(deadLetterOf(work, result));
  }

  function retry(work: QueuedWork, { succeeded }: QueuedResult, nextAttempt: Date): void {
    // Closing waits for no retry.
    if (onIdle !== undefined) return;
    const timer = setTimeout(
      () => {
        retries.delete(timer);
        waiting.push({ ...work, attempt: work.attempt + 1, succeeded });
        next();
      },
      // Past these bounds a timer ends at once, with a warning of Node's.
      Math.min(Math.max(0, nextAttempt.getTime() - Date.now()), mostAmount),
    );
    retries.add(timer);
  }

  return {
    get size() {
      return waiting.length + retries.size;
    },
    add(work) {
      waiting.push(work);
      next();
    },
    start(processor, onDeadLetter) {
      if (process !== undefined) return undefined;
      process = processor;
      reportDeadLetter = onDeadLetter;
      next();
      return {
        async close() {
          for (const timer of retries) clearTimeout(timer);
          await new Promise<void>((resolve) => {
            onIdle = resolve;
            next();
          });
          process = undefined;
          onIdle = undefined;
        },
      };
    },
  };
}
