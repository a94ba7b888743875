/** A metric, without the conventions of a library. */
export interface MetricDefinition {
  readonly kind: 'counter' | 'histogram' | 'gauge';
  /** Its name, in lower case, with dots. */
  readonly name: string;
  readonly help: string;
  /** `s` for seconds, or a unit in braces for a number of things. */
  readonly unit: string;
  readonly labels: readonly string[];
}

/** All metrics of a receiver and its store. Each library derives its own names from these. */
export const metricTable = {
  deliveries: {
    kind: 'counter',
    name: 'deliveries',
    help: 'Authenticated deliveries by type and outcome. Each request is counted once',
    unit: '{delivery}',
    labels: ['endpoint', 'type', 'outcome', 'code'],
  },
  unauthenticated: {
    kind: 'counter',
    name: 'unauthenticated.requests',
    help: 'Requests that were rejected before they were authenticated, by code',
    unit: '{request}',
    labels: ['endpoint', 'code'],
  },
  unrouted: {
    kind: 'counter',
    name: 'unrouted.requests',
    help: 'Requests to a path without a webhook',
    unit: '{request}',
    labels: [],
  },
  attempts: {
    kind: 'counter',
    name: 'attempts',
    help: 'Attempts at queued and replayed deliveries, by result',
    unit: '{attempt}',
    labels: ['endpoint', 'result'],
  },
  handlerRuns: {
    kind: 'counter',
    name: 'handler.runs',
    help: 'Runs of handlers by name and result',
    unit: '{run}',
    labels: ['endpoint', 'handler', 'result'],
  },
  retries: {
    kind: 'counter',
    name: 'retries',
    help: 'Failed attempts after which the queue attempts the delivery again',
    unit: '{retry}',
    labels: ['endpoint'],
  },
  deadLetters: {
    kind: 'counter',
    name: 'dead.letters',
    help: 'Deliveries that the queue does not attempt again, by reason',
    unit: '{delivery}',
    labels: ['endpoint', 'reason'],
  },
  errors: {
    kind: 'counter',
    name: 'errors',
    help: 'Internal failures by the part that failed',
    unit: '{error}',
    labels: ['endpoint', 'source'],
  },
  receiveDuration: {
    kind: 'histogram',
    name: 'receive.duration',
    help: 'Time from a request to its outcome',
    unit: 's',
    labels: ['endpoint'],
  },
  bodyDuration: {
    kind: 'histogram',
    name: 'body.duration',
    help: 'Time to check the headers and read the body',
    unit: 's',
    labels: ['endpoint'],
  },
  verifyDuration: {
    kind: 'histogram',
    name: 'verify.duration',
    help: 'Time to verify the signature and parse the event',
    unit: 's',
    labels: ['endpoint'],
  },
  handleDuration: {
    kind: 'histogram',
    name: 'handle.duration',
    help: 'Time to run all handlers of a delivery, and to record it in the log if it is not queued',
    unit: 's',
    labels: ['endpoint'],
  },
  enqueueDuration: {
    kind: 'histogram',
    name: 'enqueue.duration',
    help: 'Time to store an accepted delivery in the queue',
    unit: 's',
    labels: ['endpoint'],
  },
  handlerDuration: {
    kind: 'histogram',
    name: 'handler.duration',
    help: 'Duration of the runs of a handler',
    unit: 's',
    labels: ['endpoint', 'handler'],
  },
  queueTime: {
    kind: 'histogram',
    name: 'queue.time',
    help: 'Time from a request to the first attempt at its queued delivery',
    unit: 's',
    labels: ['endpoint'],
  },
  lastEvent: {
    kind: 'gauge',
    name: 'last.event.timestamp',
    help: 'Unix time at which the last authenticated delivery was received. 0 if none was received since the start',
    unit: 's',
    labels: ['endpoint'],
  },
  queueDeliveries: {
    kind: 'gauge',
    name: 'queue.deliveries',
    help: 'Deliveries in the store by state: waiting, running, delayed (until a retry) and dead',
    unit: '{delivery}',
    labels: ['state'],
  },
  queueOldest: {
    kind: 'gauge',
    name: 'queue.oldest',
    help: 'Age of the oldest queued delivery. 0 if none is queued',
    unit: 's',
    labels: [],
  },
  storeUp: {
    kind: 'gauge',
    name: 'store.up',
    help: '1 if the store can be used, otherwise 0',
    unit: '1',
    labels: [],
  },
  commitDuration: {
    kind: 'histogram',
    name: 'store.commit.duration',
    help: 'Duration of the commits of the store',
    unit: 's',
    labels: [],
  },
  commitSize: {
    kind: 'histogram',
    name: 'store.commit.size',
    help: 'Number of writes in a commit of the store',
    unit: '{write}',
    labels: [],
  },
  forwarderSends: {
    kind: 'counter',
    name: 'forwarder.sends',
    help: 'Attempts to send an event or a batch to a target, by result',
    unit: '{attempt}',
    labels: ['target', 'host', 'result'],
  },
  forwarderCircuit: {
    kind: 'gauge',
    name: 'forwarder.circuit',
    help: '1 for the current state of the circuit breaker: closed, half-open or open. Otherwise 0',
    unit: '1',
    labels: ['target', 'host', 'state'],
  },
  forwarderBatchSize: {
    kind: 'histogram',
    name: 'forwarder.batch.size',
    help: 'Number of events in a batch that is sent to a target',
    unit: '{event}',
    labels: ['target', 'host'],
  },
  build: {
    kind: 'gauge',
    name: 'build.info',
    help: 'Always 1. The labels are the versions of this package and of the runtime',
    unit: '1',
    labels: ['version', 'runtime'],
  },
} as const satisfies Record<string, MetricDefinition>;

type MetricTable = typeof metricTable;
type MetricOf<Kind> = {
  [Name in keyof MetricTable]: MetricTable[Name]['kind'] extends Kind ? Name : never;
}[keyof MetricTable];

export type CounterName = MetricOf<'counter'>;
export type HistogramName = MetricOf<'histogram'>;
export type GaugeName = MetricOf<'gauge'>;

/** The labels of a metric. */
export type LabelsOf<Name extends keyof MetricTable> = Readonly<
  Record<MetricTable[Name]['labels'][number], string>
>;

/** The upper bounds of the buckets of durations, in seconds: from 0.5 ms to 10 s. */
const durationBuckets = [0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10];

/** The upper bounds of the buckets of the time in a queue, in seconds. After an outage, it can be hours. */
const queueTimeBuckets = [0.005, 0.025, 0.1, 0.5, 1, 5, 15, 60, 300, 900, 3600, 21_600, 86_400];

/** The upper bounds of the buckets of sizes. A commit has up to 128 writes, and a batch has up to 10,000 events. */
const sizeBuckets = [1, 2, 4, 8, 16, 32, 64, 128, 512, 2048, 10_000];

/** Return the upper bounds of the buckets of a histogram. */
export function bucketsOf(metric: HistogramName): readonly number[] {
  if (metric === 'commitSize' || metric === 'forwarderBatchSize') return sizeBuckets;
  return metric === 'queueTime' ? queueTimeBuckets : durationBuckets;
}
