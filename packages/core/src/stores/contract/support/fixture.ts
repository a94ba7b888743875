import type { DeliveryQueue } from '../../delivery-queue.ts';
import type { AttemptOptions, ProcessWork, QueuedResult, QueuedWork, Workers } from '../../queued-attempt.ts';
import type { DeadLetter, ReportDeadLetter } from '../../rules/dead-letter.ts';

/** The options of the workers. A store ignores options that it does not have. Times are in milliseconds. */
export interface ContractStoreOptions {
  readonly concurrency: number;
  readonly maxAttempts: number;
  readonly baseDelay: number;
  readonly maxDelay: number;
  readonly lease: number;
  readonly pollInterval: number;
  readonly closeTimeout: number;
}

/** Short waits, so that they end during a case. */
const defaults: ContractStoreOptions = {
  concurrency: 4,
  maxAttempts: 5,
  baseDelay: 1,
  maxDelay: 5,
  lease: 30_000,
  pollInterval: 20,
  closeTimeout: 60_000,
};

/**
 * Open a store for one case.
 * @param place the name of the store's data: lowercase letters, digits and `-`. Each case has its own place, which is
 *   empty at first
 */
export type OpenStore<Store> = (place: string, options: ContractStoreOptions) => Store | Promise<Store>;

/** The tools of a case. They close everything when the case ends. */
export interface Fixture<Store> {
  /** Open the store of this case. If it is open already, open a second one over the same data. */
  open(options?: Partial<ContractStoreOptions>): Promise<Store>;
  /** Close a store, and the workers that were started before. */
  close(store: Store): Promise<void>;
  /** Start workers. */
  start(queue: Pick<DeliveryQueue, 'start'>, process: ProcessWork, options?: StartOptions): Workers;
  /** Create a function that waits until it is released, or until the case ends. */
  gate(): Gate;
  /** See `ContractTraits.loseProcess`. */
  loseProcess(options?: Partial<ContractStoreOptions>): Promise<void>;
  end(): Promise<void>;
}

interface StartOptions {
  readonly endpoint?: string;
  readonly onDeadLetter?: ReportDeadLetter;
}

interface Gate {
  pass(): Promise<void>;
  /** Let the calls pass that wait now. */
  release(): void;
  /** The number of calls that wait now. */
  waiting(): number;
  /** The largest number of calls that have waited at the same time. */
  peak(): number;
}

let places = 0;

export function createFixture<Store extends object>(
  open: OpenStore<Store>,
  lose: ((place: string, options: ContractStoreOptions) => Promise<void>) | undefined,
): Fixture<Store> {
  const place = `contract-${++places}-${Math.random().toString(36).slice(2)}`;
  const stores = new Set<Store>();
  const workers: Workers[] = [];
  const gates: OpenableGate[] = [];

  async function closeStore(store: Store): Promise<void> {
    if (!stores.delete(store)) return;
    if ('close' in store && typeof store.close === 'function') await store.close();
  }

  return {
    async open(options = {}) {
      const store = await open(place, { ...defaults, ...options });
      stores.add(store);
      return store;
    },
    async close(store) {
      await Promise.all(workers.map((started) => started.close()));
      await closeStore(store);
    },
    start(queue, process, { endpoint = 'default', onDeadLetter } = {}) {
      const started = queue.start(endpoint, process, onDeadLetter);
      workers.push(started);
      return started;
    },
    gate() {
      const gate = createGate();
      gates.push(gate);
      return gate;
    },
    async loseProcess(options = {}) {
      await lose?.(place, { ...defaults, ...options });
    },
    async end() {
      for (const gate of gates) gate.open();
      await Promise.all(workers.map((started) => started.close()));
      for (const store of stores) await closeStore(store);
    },
  };
}

interface OpenableGate extends Gate {
  /** Let all calls pass from now on. */
  open(): void;
}

function createGate(): OpenableGate {
  const calls: (() => void)[] = [];
  let isOpen = false;
  let running = 0;
  let peak = 0;
  const release = () => {
    for (const resolve of calls.splice(0)) resolve();
  };
  return {
    async pass() {
      peak = Math.max(peak, ++running);
      if (!isOpen) await new Promise<void>((resolve) => calls.push(resolve));
      running--;
    },
    release,
    waiting: () => calls.length,
    peak: () => peak,
    open() {
      isOpen = true;
      release();
    },
  };
}

/** Return the result of an attempt whose handlers have succeeded. */
export function processed(succeeded: readonly string[] = []): QueuedResult {
  return { status: 'processed', succeeded, failures: [] };
}

/** Return the result of an attempt in which the handler `siem` has failed. */
export function failed(given: Partial<QueuedResult> = {}): QueuedResult {
  const failures = [{ handler: 'siem', error: 'siem is down' }];
  return { status: 'failed', succeeded: [], failures, error: 'siem is down', ...given };
}

/** Records attempts and dead letters. */
export interface Recorder {
  readonly works: readonly QueuedWork[];
  readonly letters: readonly DeadLetter[];
  readonly process: ProcessWork;
  readonly onDeadLetter: ReportDeadLetter;
}

/**
 * Create a recorder.
 * @param run returns the result of an attempt. By default, all attempts succeed
 */
export function createRecorder(
  run: (work: QueuedWork, options: AttemptOptions) => QueuedResult | Promise<QueuedResult> = () =>
    processed(),
): Recorder {
  const works: QueuedWork[] = [];
  const letters: DeadLetter[] = [];
  return {
    works,
    letters,
    async process(work, options = {}) {
      works.push(work);
      return run(work, options);
    },
    onDeadLetter: (letter) => letters.push(letter) > 0,
  };
}
