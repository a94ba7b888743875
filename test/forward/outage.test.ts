import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { openStore } from '@spiderfoot-webhooks/sqlite';
import { afterAll, describe, expect, it, vi } from 'vitest';
import { listening, secret } from '../product/support/examples.ts';
import { Program, stopPrograms } from '../product/support/program.ts';
import { type Answer, type Sent, startSink } from '../support/sink.ts';
import { findMark, markOf, sendEvents } from './support/load.ts';

/**
 * The outage in milliseconds. To test a complete minute, run
 * `OUTAGE_SECONDS=60 OUTAGE_EVENTS=10000 npx vitest run test/forward`.
 */
const outage = Number(process.env.OUTAGE_SECONDS ?? 3) * 1000;
const count = Number(process.env.OUTAGE_EVENTS ?? 1000);
/** The outage that the defaults of the queue and the forwarders must survive. */
const minute = 60_000;

const folder = mkdtempSync(join(tmpdir(), 'spiderfoot-outage-'));
afterAll(() => {
  stopPrograms();
  rmSync(folder, { recursive: true });
});

const bodySize = 40_000;
/** Options of `vi.waitFor` that only limit how long the test can hang. */
const eventually = { timeout: 10 * minute, interval: 50 };

describe('an outage of the SIEM under load', () => {
  it('loses no event, repeats no Slack message and does not fill the memory during an outage of the SIEM', {
    timeout: 20 * minute,
  }, async () => {
    const siemMarks: string[] = [];
    const slackMarks: string[] = [];
    const failures: Answer[] = [];
    let state: 'up' | 'down' = 'up';
    const siemAnswer = ({ body }: Sent): Answer => {
      if (state === 'up') {
        siemMarks.push(findMark(body));
        return 200;
      }
      const answer = failures.length % 2 === 0 ? 503 : 'cut';
      failures.push(answer);
      return answer;
    };
    const siem = await startSink(siemAnswer);
    const slack = await startSink(({ body }) => {
      slackMarks.push(findMark(body));
      return 200;
    });
    const database = join(folder, 'webhooks.db');
    const program = new Program(process.execPath, ['--expose-gc', 'test/forward/support/receiver.mjs'], {
      env: {
        PORT: '0',
        SPIDERFOOT_WEBHOOK_SECRET: secret,
        SIEM_ENDPOINT: siem.url,
        SLACK_URL: `${slack.url}/services/T/B/X`,
        DATABASE: database,
        SCALE: String(outage / minute),
      },
    });
    const { url } = await listening(program);
    const send = (from: number, to: number, span: number) =>
      sendEvents({ url, secret, from, to, span, size: bodySize });
    /** The outage lasts from the event with the first number to the event with the second. */
    const [outageStart, outageEnd] = [count * 0.1, count * 0.8];

    await send(0, outageStart, 0);
    await vi.waitFor(() => expect(siemMarks).toHaveLength(outageStart), eventually);
    // The connections and the compiled code exist now. Further memory is for events.
    const memoryBefore = await memoryOf(program);
    state = 'down';
    const sending = send(outageStart, outageEnd, outage);
    await sleep(outage / 2);
    await vi.waitFor(() => expect(failures.length).toBeGreaterThanOrEqual(2), eventually);
    // In the first half of the outage, the SIEM rejects or cuts connections. In the second half, it does not listen.
    await siem.close();
    await sending;
    await vi.waitFor(() => expect(slackMarks.length).toBeGreaterThanOrEqual(outageEnd), eventually);
    const memoryDuring = await memoryOf(program);
    expect(siemMarks).toHaveLength(outageStart);
    expect(new Set(failures)).toEqual(new Set([503, 'cut']));
    expect(slackMarks.toSorted()).toEqual(marks(0, outageEnd));

    state = 'up';
    const restarted = await startSink(siemAnswer, { port: siem.port });
    await send(outageEnd, count, outage / 4);
    await vi.waitFor(() => expect(new Set(siemMarks).size).toBe(count), eventually);
    program.signal('SIGTERM');
    expect(await program.end()).toEqual({ code: 0, signal: null });
    await Promise.all([restarted.close(), slack.close()]);

    expect([...new Set(siemMarks)].toSorted()).toEqual(marks(0, count));
    expect(slackMarks.toSorted()).toEqual(marks(0, count));
    const store = openStore(database);
    const counts = await store.counts({ by: ['state'] });
    await store.close();
    expect(counts).toMatchObject([{ state: 'processed', count }]);

    const waitingBytes = (outageEnd - outageStart) * bodySize;
    expect(memoryDuring - memoryBefore).toBeLessThan(waitingBytes / 2);
    const [growth, waiting] = [memoryDuring - memoryBefore, waitingBytes].map((bytes) =>
      (bytes / 2 ** 20).toFixed(1),
    );
    console.info(
      `${count} events, ${outage / 1000} s down: ${failures.length} attempts failed, ` +
        `${siemMarks.length - count} events sent twice, ${waiting} MiB waiting, memory grew by ${growth} MiB`,
    );
  });
});

/** Returns the marks of events, sorted as text. */
function marks(from: number, to: number): readonly string[] {
  return Array.from({ length: to - from }, (_, number) => markOf(from + number)).toSorted();
}

/** Returns the memory of an idle program in bytes. The lowest measurement contains the fewest events in transit. */
async function memoryOf(program: Program): Promise<number> {
  const measurements: number[] = [];
  while (measurements.length < 5) {
    const previous = program.lines.filter((line) => line.startsWith('memory')).length;
    program.signal('SIGUSR2');
    const [, bytes = ''] = await program.says(
      new RegExp(`^(?:[^]*?^memory \\d+$){${previous}}[^]*?^memory (\\d+)$`, 'm'),
    );
    measurements.push(Number(bytes));
    await sleep(100);
  }
  return Math.min(...measurements);
}
