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

/** Seconds; for the whole minute: OUTAGE_SECONDS=60 OUTAGE_EVENTS=10000 npx vitest run test/forward */
const outage = Number(process.env.OUTAGE_SECONDS ?? 3) * 1000;
const count = Number(process.env.OUTAGE_EVENTS ?? 1000);
/** The outage that the queue's and the forwarders' own defaults are to survive. */
const minute = 60_000;

const folder = mkdtempSync(join(tmpdir(), 'spiderfoot-outage-'));
afterAll(() => {
  stopPrograms();
  rmSync(folder, { recursive: true });
});

const bodySize = 40_000;
/** A bound on hanging, and nothing else. */
const patient = { timeout: 10 * minute, interval: 50 };

describe('A SIEM that is down under load', () => {
  it('loses nothing, makes Slack ring once for each event, and fills no memory', {
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
    const [tenth, most] = [count * 0.1, count * 0.8];

    await send(0, tenth, 0);
    await vi.waitFor(() => expect(siemMarks).toHaveLength(tenth), patient);
    // It has its connections and its compiled code: what it holds more from here on, it holds for events.
    const atFirst = await memoryOf(program);
    state = 'down';
    const sending = send(tenth, most, outage);
    await sleep(outage / 2);
    await vi.waitFor(() => expect(failures.length).toBeGreaterThanOrEqual(2), patient);
    // So far it has answered, or hung up; for the rest nobody is there at all.
    await siem.close();
    await sending;
    await vi.waitFor(() => expect(slackMarks.length).toBeGreaterThanOrEqual(most), patient);
    const inOutage = await memoryOf(program);
    expect(siemMarks).toHaveLength(tenth);
    expect(new Set(failures)).toEqual(new Set([503, 'cut']));
    expect(slackMarks.toSorted()).toEqual(marks(0, most));

    state = 'up';
    const again = await startSink(siemAnswer, { port: siem.port });
    await send(most, count, outage / 4);
    await vi.waitFor(() => expect(new Set(siemMarks).size).toBe(count), patient);
    program.signal('SIGTERM');
    expect(await program.end()).toEqual({ code: 0, signal: null });
    await Promise.all([again.close(), slack.close()]);

    expect([...new Set(siemMarks)].toSorted()).toEqual(marks(0, count));
    expect(slackMarks.toSorted()).toEqual(marks(0, count));
    const store = openStore(database);
    const counts = await store.counts({ by: ['state'] });
    await store.close();
    expect(counts).toMatchObject([{ state: 'processed', count }]);

    const waiting = (most - tenth) * bodySize;
    expect(inOutage - atFirst).toBeLessThan(waiting / 2);
    const [more, all] = [inOutage - atFirst, waiting].map((bytes) => (bytes / 2 ** 20).toFixed(1));
    console.info(
      `${count} events, ${outage / 1000} s down: ${failures.length} attempts failed, ` +
        `${siemMarks.length - count} came twice, ${all} MiB waited, ${more} MiB more were held`,
    );
  });
});

/** In the order of their text. */
function marks(from: number, to: number): readonly string[] {
  return Array.from({ length: to - from }, (_, number) => markOf(from + number)).toSorted();
}

/** Bytes that a program holds at rest: the least of a few looks, for what is on its way at one of them is not held. */
async function memoryOf(program: Program): Promise<number> {
  const looks: number[] = [];
  while (looks.length < 5) {
    const said = program.lines.filter((line) => line.startsWith('holds')).length;
    program.signal('SIGUSR2');
    const [, bytes = ''] = await program.says(
      new RegExp(`^(?:[^]*?^holds \\d+$){${said}}[^]*?^holds (\\d+)$`, 'm'),
    );
    looks.push(Number(bytes));
    await sleep(100);
  }
  return Math.min(...looks);
}
