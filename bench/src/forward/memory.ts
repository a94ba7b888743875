import { setTimeout as sleep } from 'node:timers/promises';
import { requestRate, toRequest } from '../http/load.ts';
import type { Progress } from '../report/progress.ts';
import { type Series, seriesOf } from '../report/statistics.ts';
import { signedBodies } from '../support/bodies.ts';
import { startChild } from '../support/child.ts';

/** The memory that a receiver holds while its target is down. */
export interface ForwardMemoryResult {
  readonly name: string;
  /** The increase in bytes over the memory before the first event, after each part of the events. */
  readonly held: readonly { readonly events: number; readonly bytes: Series }[];
}

const contenders = [
  { name: 'a queue in SQLite, and siem()', receiver: 'queue', status: 202 },
  { name: 'a handler that retries with fetch', receiver: 'heap', status: 200 },
] as const;

/** The size of a body in bytes. */
export const size = 4096;
const parts = 4;

/** @param count the total number of events */
export async function measureForwardMemory(
  rounds: number,
  count: number,
  progress: Progress,
): Promise<ForwardMemoryResult[]> {
  const held = contenders.map(() => Array.from({ length: parts }, (): number[] => []));
  for (let round = 0; round < rounds; round++) {
    for (const [index, contender] of contenders.entries()) {
      progress.report(`a target that is down: round ${round + 1} of ${rounds}`);
      const bytes = await measure(contender, count / parts);
      for (const [part, more] of bytes.entries()) held[index]?.[part]?.push(more);
    }
  }
  return contenders.map(({ name }, index) => ({
    name,
    held: (held[index] ?? []).map((values, part) => ({
      events: ((part + 1) * count) / parts,
      bytes: seriesOf(values),
    })),
  }));
}

async function measure(
  { name, receiver, status }: (typeof contenders)[number],
  each: number,
): Promise<readonly number[]> {
  const child = startChild(new URL('./receiver/server.ts', import.meta.url), [receiver]);
  try {
    const target = { name, port: await child.ask('port'), cpu: async () => 0, stop: child.stop };
    const send = (count: number) =>
      requestRate(
        target,
        signedBodies(count, size).map(({ body, digest }) => toRequest(body, digest)),
        status,
      );
    // The first requests compile code, open connections and fill caches. That memory is not held for the later events.
    await send(each / 10);
    const before = await child.ask('memory');
    const bytes: number[] = [];
    for (let part = 0; part < parts; part++) {
      await send(each);
      // Requests in flight are not held memory: wait until they end.
      await sleep(1000);
      bytes.push((await child.ask('memory')) - before);
    }
    return bytes;
  } finally {
    child.stop();
  }
}
