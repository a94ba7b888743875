import { type EventContext, parseEvent } from '@spiderfoot-webhooks/core';
import type { AnyEvent, Forwarder } from '@spiderfoot-webhooks/forward';
import { siem } from '@spiderfoot-webhooks/forward/siem';
import type { Progress } from '../report/progress.ts';
import { ratiosOf, type Series, seriesOf, shuffled } from '../report/statistics.ts';
import { signedBodies } from '../support/bodies.ts';
import { startChild } from '../support/child.ts';

/** One way to forward events to a target with 20 ms of latency. */
export interface ForwardRateResult {
  readonly name: string;
  readonly eventsPerSecond: Series;
  /** Its rate over that of one `fetch` per event with the same concurrency, round by round. */
  readonly overFetch: Series;
  /** Microseconds of CPU time of this process per event. */
  readonly cpu: Series;
  /** Connections opened in all rounds. */
  readonly connections: number;
}

interface Contender {
  readonly name: string;
  /** The number of concurrent events. A queue's default `concurrency` is 16. */
  readonly atOnce: number;
  /** Events in a round. */
  readonly count: number;
  readonly send: (event: AnyEvent, context: EventContext) => Promise<void>;
  readonly close?: () => Promise<void>;
}

const queued = 16;
const burst = 400;

function contenders(url: string): readonly Contender[] {
  const options = { endpoint: url, apiKey: 'key', allowHttp: true };
  const forwarders: readonly (readonly [string, number, Forwarder])[] = [
    [`siem(), ${queued} at once`, queued, siem(options)],
    [`siem(), ${burst} at once`, burst, siem(options)],
    [`siem({ maxInFlight: 128 }), ${burst} at once`, burst, siem({ ...options, maxInFlight: 128 })],
    [`siem({ format: 'splunk' }), ${queued} at once`, queued, siem({ ...options, format: 'splunk' })],
    [
      `siem({ format: 'splunk', batch: { wait: 0 } }), ${queued} at once`,
      queued,
      siem({ ...options, format: 'splunk', batch: { wait: 0 } }),
    ],
    [`siem({ format: 'splunk' }), ${burst} at once`, burst, siem({ ...options, format: 'splunk' })],
  ];
  const send = (event: AnyEvent) => post(`${url}/events`, event);
  return [
    { name: 'fetch, one after the other', atOnce: 1, count: 20, send },
    { name: `fetch, ${queued} at once`, atOnce: queued, count: burst, send },
    { name: `fetch, ${burst} at once`, atOnce: burst, count: burst, send },
    ...forwarders.map(([name, atOnce, forwarder]) => ({
      name,
      atOnce,
      count: burst,
      send: forwarder,
      close: () => forwarder.close(),
    })),
  ];
}

/** The guide's handler, in JavaScript. */
async function post(url: string, { event_type, timestamp, data }: AnyEvent): Promise<void> {
  const body = {
    timestamp,
    source: 'SpiderFoot',
    event_type,
    severity: 'LOW',
    raw_data: data,
    tags: ['osint'],
  };
  const headers = { authorization: 'Bearer key', 'content-type': 'application/json' };
  const response = await fetch(url, { method: 'POST', headers, body: JSON.stringify(body) });
  if (!response.ok) throw new Error(`The sink responded with ${response.status}`);
  await response.arrayBuffer();
}

export async function measureForwardRates(rounds: number, progress: Progress): Promise<ForwardRateResult[]> {
  const sink = startChild(new URL('./sink/server.ts', import.meta.url));
  const all = contenders(`http://127.0.0.1:${await sink.ask('port')}`);
  const measured = new Map(all.map(({ name }) => [name, { rates: [0], cpu: [0], connections: 0 }]));
  for (const each of measured.values()) each.rates.length = each.cpu.length = 0;
  try {
    const warmUp = Math.ceil(rounds / 10);
    for (let round = -warmUp; round < rounds; round++) {
      progress.report(`forwarding: round ${Math.max(round + 1, 0)} of ${rounds}`);
      for (const contender of shuffled(all)) {
        const { rate, cpu } = await sendAll(contender);
        const opened = await sink.ask('connections');
        const into = measured.get(contender.name);
        if (into === undefined) continue;
        into.connections += opened;
        if (round < 0) continue;
        into.rates.push(rate);
        into.cpu.push(cpu);
      }
    }
  } finally {
    await Promise.all(all.map(({ close }) => close?.()));
    sink.stop();
  }
  return all.map(({ name, atOnce }) => {
    const { rates, cpu, connections } = measured.get(name) ?? { rates: [], cpu: [], connections: 0 };
    const fetching = atOnce === 1 ? name : `fetch, ${atOnce} at once`;
    return {
      name,
      eventsPerSecond: seriesOf(rates),
      overFetch: ratiosOf(rates, measured.get(fetching)?.rates ?? []),
      cpu: seriesOf(cpu),
      connections,
    };
  });
}

async function sendAll({ atOnce, count, send }: Contender): Promise<{ rate: number; cpu: number }> {
  const deliveries = signedBodies(count, 512).map(({ body, digest }) => toHandler(body, digest));
  let next = 0;
  const work = async () => {
    for (let each = deliveries[next++]; each !== undefined; each = deliveries[next++]) {
      await send(each.event, each.context);
    }
  };
  const before = process.cpuUsage();
  const start = performance.now();
  await Promise.all(Array.from({ length: atOnce }, work));
  const took = performance.now() - start;
  const { user, system } = process.cpuUsage(before);
  return { rate: (count / took) * 1000, cpu: (user + system) / count };
}

const logger = { debug() {}, info() {}, warn() {}, error() {} };

/** The arguments that a receiver passes to a handler. */
function toHandler(body: Buffer, digest: string): { event: AnyEvent; context: EventContext } {
  const parsed = parseEvent(body);
  if (parsed.status !== 'parsed') throw new Error('The body is not an event');
  const { event, wire } = parsed;
  const { signal } = new AbortController();
  const id = digest.slice(0, 32);
  const context = { id, endpoint: 'default', receivedAt: new Date(), ip: undefined, attempt: 1 };
  return { event, context: { ...context, signal, wire, logger } };
}
