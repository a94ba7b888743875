import { knownSeries, other } from './bounded-series.ts';
import type { Instruments, RecordValue } from './instruments.ts';
import { sendResults } from './labels.ts';

/** What a forwarder reports: the observations of `@spiderfoot-webhooks/forward`. */
export type ObservedForwarding = { readonly target: string; readonly host: string } & (
  | { readonly kind: 'ready'; readonly batches: boolean }
  | { readonly kind: 'send'; readonly result: string }
  | { readonly kind: 'circuit'; readonly state: 'closed' | 'open' | 'half-open' }
  | { readonly kind: 'batch'; readonly size: number }
);

/** The number of targets that have a label of their own. `allowedHosts` can match any number of hosts. */
const maxTargets = 100;

const circuitStates = ['closed', 'half-open', 'open'] as const;

/** Record what forwarders report. @returns the function for their option `observe` */
export function createForwarderObserver(instruments: Instruments): (observed: ObservedForwarding) => void {
  const targets = new Map<string, TargetSeries>();

  function seriesOf(target: string, host: string): TargetSeries {
    const key = JSON.stringify([target, host]);
    const existing = targets.get(key);
    if (existing !== undefined) return existing;
    if (targets.size >= maxTargets && host !== other) return seriesOf(target, other);
    const added = createTargetSeries(instruments, target, host);
    targets.set(key, added);
    return added;
  }

  return (observed) => {
    const series = seriesOf(observed.target, observed.host);
    if (observed.kind === 'send') series.sends(observed.result)();
    else if (observed.kind === 'circuit') series.setCircuit(observed.state);
    else if (observed.kind === 'batch') series.batchSize()(observed.size);
    else if (observed.batches) series.batchSize();
  };
}

type TargetSeries = ReturnType<typeof createTargetSeries>;

function createTargetSeries(instruments: Instruments, target: string, host: string) {
  const states = circuitStates.map((state) => ({
    state,
    set: instruments.gauge('forwarderCircuit', { target, host, state }),
  }));
  /** Created for targets that get batches. */
  let batchSize: RecordValue | undefined;

  function setCircuit(current: (typeof circuitStates)[number]): void {
    for (const { state, set } of states) set(state === current ? 1 : 0);
  }
  setCircuit('closed');

  return {
    sends: knownSeries(sendResults, (result) =>
      instruments.counter('forwarderSends', { target, host, result }),
    ),
    setCircuit,
    batchSize() {
      batchSize ??= instruments.histogram('forwarderBatchSize', { target, host });
      return batchSize;
    },
  };
}
