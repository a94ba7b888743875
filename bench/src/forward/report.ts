import { number, ratio, table } from '../report/tables.ts';
import { type ForwardMemoryResult, size } from './memory.ts';
import type { ForwardRateResult } from './rate.ts';

const rateIntro = `## Forwarding

Events per second that one process sends, without a receiver, to a target on loopback that responds after 20 ms. "At once"
is the number of events that are sent concurrently: 16 is the default concurrency of a queue, and 400 is a burst without a
queue. "Connections" is the number of connections opened in all rounds.

Node's \`fetch\` also keeps connections alive, but opens one for each concurrent request. \`siem()\` has at most 16 requests
in flight (\`maxInFlight\`), and the other events wait. For Splunk and Elasticsearch, it sends several events in one request:
those that arrive together or while another request is in flight. An event waits at most 20 ms for others (\`batch\`).`;

const memoryIntro = `## A target that is down

MiB of memory that a receiver holds for events of ${size / 1024} KB while the target refuses connections. The figure is the increase
since before the first event, measured after a garbage collection. The second row is a handler that responds first and then
retries with \`fetch\`. It holds every event in memory.`;

export function forwardParts(
  rates: readonly ForwardRateResult[],
  memory: readonly ForwardMemoryResult[],
): string[] {
  const rateRows = rates.map(({ name, eventsPerSecond, overFetch, cpu, connections }) => [
    name,
    number(eventsPerSecond.median),
    ratio(overFetch),
    number(cpu.median),
    String(connections),
  ]);
  const events = memory[0]?.held.map((part) => `${part.events} events`) ?? [];
  const memoryRows = memory.map(({ name, held }) => [
    name,
    ...held.map(({ bytes }) =>
      ratio({ median: mib(bytes.median), min: mib(bytes.min), max: mib(bytes.max) }),
    ),
  ]);
  return [
    rateIntro,
    table(['', 'events/s', "× fetch's rate", 'CPU µs', 'connections'], rateRows),
    memoryIntro,
    table(['', ...events], memoryRows),
  ];
}

function mib(bytes: number): number {
  return bytes / 2 ** 20;
}
