import { createHash } from 'node:crypto';
import type { LogEntry } from '@spiderfoot-webhooks/core/stores';
import { pythonJson, samples } from '@spiderfoot-webhooks/core/testing';

type SampledType = keyof typeof samples;

/** How often each type occurs: a busy week of three scans. */
const frequencies: readonly (readonly [type: SampledType, weight: number])[] = [
  ['scan_progress', 30],
  ['medium_risk_event', 22],
  ['scan_started', 12],
  ['scan_completed', 12],
  ['high_risk_event', 8],
  ['correlation_completed', 6],
  ['module_error', 4],
  ['vulnerability_found', 4],
  ['scan_failed', 2],
  ['malware_detected', 1],
];

const scans = [
  ['a3f81c02', 'acme.example'],
  ['7be20d94', 'shop.acme.example'],
  ['c91d55e7', '203.0.113.0/24'],
  ['04fa77b1', 'mail.acme.example'],
  ['e6830fc9', 'acme-staging.example'],
] as const;

const siemErrors = [
  'HTTP 503 from https://siem.acme.example/services/collector: Server is busy',
  'connect ETIMEDOUT 10.20.0.14:8088',
];
const hour = 3_600_000;

/** Options of {@link sampleDeliveries}. */
export interface SampleOptions {
  readonly count: number;
  /** The time of the newest delivery. */
  readonly until: Date;
  /** The time from the oldest delivery to the newest, in hours. */
  readonly hours: number;
}

/** Create plausible deliveries, oldest first. The same options give the same deliveries. */
export function sampleDeliveries({ count, until, hours }: SampleOptions): readonly LogEntry[] {
  const random = createRandom(20_261_126);
  const start = until.getTime() - hours * hour;
  const times = Array.from({ length: count }, () => start + busyTime(random) * hours * hour);
  return times.toSorted((a, b) => a - b).map((time, index) => entry(index, new Date(time), random));
}

/** More arrives during the day than at night. Returns a number from 0 to 1. */
function busyTime(random: () => number): number {
  for (;;) {
    const at = random();
    if (random() < 0.25 + 0.75 * Math.sin(at * 7 * Math.PI) ** 2) return at;
  }
}

/** A delivery and the results of its handlers, for `store.record`. */
function entry(index: number, receivedAt: Date, random: () => number): LogEntry {
  const eventType = pick(frequencies, random);
  const [scanId, target] = scans[Math.floor(random() ** 1.6 * scans.length)] ?? scans[0];
  const data = { ...samples[eventType], scan_id: scanId, target };
  const body = {
    event_type: eventType,
    timestamp: receivedAt.toISOString(),
    source: 'spiderfoot',
    data,
    metadata: { version: '4.0', delivery: index },
  };
  const bytes = Buffer.from(pythonJson(body));
  const state = stateOf(random);
  const error = siemErrors[Math.floor(random() * siemErrors.length)] ?? '';
  const failures = state === 'failed' ? [{ handler: 'siem', error }] : [];
  return {
    id: createHash('sha256').update(bytes).digest('hex').slice(0, 32),
    ...{ endpoint: 'default', receivedAt, ip: '198.51.100.23', eventType, dialect: 'guide', scanId, target },
    ...{ body: bytes, state, attempt: state === 'ignored' ? 0 : 1 },
    succeeded: { processed: ['siem', 'slack', 'tickets'], failed: ['slack', 'tickets'], ignored: [] }[state],
    ...(state === 'failed' && { error, failures }),
    runs: state === 'ignored' ? [] : runs(receivedAt, failures.length > 0, random),
  };
}

/** The usual duration of each handler, in milliseconds. */
const durations = { slack: 180, tickets: 340, siem: 45 };

/** One run of each handler. Handlers start at the same time. A failing `siem` takes long. */
function runs(receivedAt: Date, fails: boolean, random: () => number): LogEntry['runs'] {
  return Object.entries(durations).map(([handler, usual]) => {
    const duration = handler === 'siem' && fails ? 5000 : usual;
    return { handler, startedAt: receivedAt, duration: Math.round(duration * (0.7 + random() ** 3)) };
  });
}

function stateOf(random: () => number): 'processed' | 'ignored' | 'failed' {
  const draw = random();
  if (draw < 0.95) return 'processed';
  return draw < 0.97 ? 'ignored' : 'failed';
}

function pick(weights: typeof frequencies, random: () => number): SampledType {
  let left = random() * weights.reduce((sum, [, weight]) => sum + weight, 0);
  for (const [type, weight] of weights) {
    left -= weight;
    if (left < 0) return type;
  }
  return 'scan_completed';
}

/** A generator of numbers from 0 to 1 (mulberry32), so that the deliveries are the same each time. */
function createRandom(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4_294_967_296;
  };
}
