import { number, ratio, table } from '../report/tables.ts';
import { type ForwardMemoryResult, size } from './memory.ts';
import type { ForwardRateResult } from './rate.ts';

const rateIntro = `## Forwarding

Events per second to a target on loopback that answers after 20 ms, from one process, without a receiver in front. "At once"
is how many events are handed over at a time: 16 is what a queue does by itself, 400 a burst without one. \`fetch\` is Node's:
it keeps its connections too, and opens as many as there are requests. \`siem()\` has at most 16 in flight (\`maxInFlight\`),
and the rest wait. To Splunk and Elasticsearch it sends in one request what comes together, and what
comes while a request is under way, for 20 ms at the most (\`batch\`). Connections: opened in all rounds together.`;

const memoryIntro = `## A target that is down

MiB of memory that a receiver holds for events of ${size / 1024} KB while nobody listens at the target: after a garbage
collection, more than before the first. A handler that answers and tries again out of memory, by \`fetch\`, holds them all.`;

export function forwardParts(
  rates: readonly ForwardRateResult[],
  memory: readonly ForwardMemoryResult[],
): string[] {
  const parts: string[] = [];
  if (rates.length > 0) {
    const rows = rates.map(({ name, eventsPerSecond, overFetch, cpu, connections }) => [
      name,
      number(eventsPerSecond.median),
      ratio(overFetch),
      number(cpu.median),
      String(connections),
    ]);
    parts.push(rateIntro, table(['', 'events/s', "× fetch's rate", 'CPU µs', 'connections'], rows));
  }
  if (memory.length > 0) {
    const events = memory[0]?.held.map((part) => `${part.events} events`) ?? [];
    const rows = memory.map(({ name, held }) => [
      name,
      ...held.map(({ bytes }) =>
        ratio({ median: mib(bytes.median), min: mib(bytes.min), max: mib(bytes.max) }),
      ),
    ]);
    parts.push(memoryIntro, table(['', ...events], rows));
  }
  return parts;
}

function mib(bytes: number): number {
  return bytes / 2 ** 20;
}
