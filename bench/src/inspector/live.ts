import { createHmac, randomUUID } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Progress } from '../report/progress.ts';
import { quantile } from '../report/statistics.ts';
import { secret } from '../support/bodies.ts';
import { startChild } from '../support/child.ts';

/** A receiver whose inspector has open pages while deliveries arrive. */
export interface LiveResult {
  readonly viewers: number;
  /** Milliseconds until a delivery is acknowledged. */
  readonly p50: number;
  readonly p99: number;
  /** The CPU time of the receiver's process, per second of wall time, in milliseconds. */
  readonly cpu: number;
  /** The longest time in which the process answers nothing else, in milliseconds of CPU time. */
  readonly blocked: number;
  /** The number of pages that received all of their new deliveries. */
  readonly complete: number;
}

const perSecond = 500;
/** The maximum number of unacknowledged deliveries, so that a slow machine does not open more and more connections. */
const mostWaiting = 256;
/** The time between two groups of deliveries, in milliseconds. */
const interval = 20;
/** The time in which the viewers must get the last delivery, in milliseconds. */
const settling = 20_000;

/** The filters of 32 viewers, each with its own query. */
const filters: readonly string[] = [
  ...['', 'type=scan_completed', 'state=processed', 'state=failed', 'endpoint=default', 'severity=info'],
  ...['severity=high', 'category=scan', 'text=perimeter', 'text=interior', 'since=1h', 'endpoint=other'],
  ...['type=scan_completed&state=processed', 'text=interior&state=processed', 'state=dead&type=scan_failed'],
  ...['text=interior&state=dead', 'type=scan_completed&state=queued', 'type=scan_progress&type=scan_failed'],
  ...Array.from({ length: 14 }, (_, index) => `target=host-${index}.example.com`),
];

/** Measure the acknowledgement of deliveries without viewers and with 32 viewers of different lists. */
export async function measureLive(
  store: string,
  address: string,
  seconds: number,
  progress: Progress,
): Promise<readonly LiveResult[]> {
  const results: LiveResult[] = [];
  for (const viewers of [0, filters.length]) {
    progress.report(`inspector: ${store}, ${viewers} live viewers`);
    const child = startChild(new URL('./live-server.ts', import.meta.url), [address]);
    try {
      const origin = `http://127.0.0.1:${await child.ask('port')}`;
      // The first request opens the store.
      await send(origin, 0);
      const newest = await newestKey(origin);
      const opened = filters.slice(0, viewers).map((filter) => openViewer(origin, filter, newest));
      await sleep(2000);
      await child.ask('blocked');
      const [before, started] = [await child.ask('cpu'), performance.now()];
      const times = await sendSteadily(origin, seconds);
      const cpu = (await child.ask('cpu')) - before;
      const elapsed = (performance.now() - started) / 1000;
      results.push({
        ...{ viewers, cpu: cpu / 1000 / elapsed },
        ...{ p50: quantile(times, 0.5), p99: quantile(times, 0.99) },
        blocked: await child.ask('blocked'),
        complete: await countComplete(opened),
      });
      for (const viewer of opened) viewer.close();
    } finally {
      child.stop();
    }
  }
  return results;
}

/** Send deliveries at a fixed rate, whether or not the earlier ones are acknowledged. @returns milliseconds */
async function sendSteadily(origin: string, seconds: number): Promise<readonly number[]> {
  const count = perSecond * seconds;
  const atOnce = (perSecond * interval) / 1000;
  const started = performance.now();
  const sent: Promise<number>[] = [];
  let acknowledged = 0;
  for (let index = 0; index < count; index += atOnce) {
    for (let next = index; next < index + atOnce; next++) {
      sent.push(send(origin, next).finally(() => acknowledged++));
    }
    while (sent.length - acknowledged > mostWaiting) await sleep(1);
    await sleep(Math.max(0, started + (index / atOnce + 1) * interval - performance.now()));
  }
  return Promise.all(sent);
}

const types = ['scan_progress', 'scan_completed', 'medium_risk_event', 'high_risk_event', 'scan_failed'];

async function send(origin: string, index: number): Promise<number> {
  const body = JSON.stringify({
    ...{ event_type: types[index % types.length], timestamp: new Date().toISOString(), source: 'spiderfoot' },
    data: { scan_id: randomUUID(), target: `host-${index % 100}.example.com`, note: 'interior' },
    metadata: { padding: 'x'.repeat(300) },
  });
  const digest = createHmac('sha256', secret).update(body).digest('hex');
  const started = performance.now();
  const response = await fetch(origin, {
    method: 'POST',
    headers: { 'content-type': 'application/json', 'x-spiderfoot-signature': `sha256=${digest}` },
    body,
  });
  await response.arrayBuffer();
  if (response.status !== 202) throw new Error(`A delivery was answered with ${response.status}`);
  return performance.now() - started;
}

interface Viewer {
  /** Return whether each new delivery on the page was sent with its current state. */
  isComplete(): Promise<boolean>;
  close(): void;
}

async function loadRows(origin: string, filter: string): Promise<ReadonlyMap<string, string>> {
  const response = await fetch(`${origin}/deliveries?${filter}`);
  const html = await response.text();
  if (response.status !== 200) throw new Error(`A page was answered with ${response.status}`);
  return rowsIn(html);
}

async function newestKey(origin: string): Promise<number> {
  return Math.max(...[...(await loadRows(origin, '')).keys()].map(Number));
}

/**
 * Load a page, and read its event stream as the script does.
 * @param newest the key of the newest delivery that was stored before. A page that is loaded later may search longer, and
 * find older deliveries that are not new for the viewer
 */
function openViewer(origin: string, filter: string, newest: number): Viewer {
  const ending = new AbortController();
  const rows = new Map<string, string>();

  async function read(): Promise<void> {
    for (const [key, row] of await loadRows(origin, filter)) rows.set(key, row);
    const response = await fetch(`${origin}/live?${filter}`, { signal: ending.signal });
    if (response.status !== 200 || response.body === null)
      throw new Error(`A stream was answered with ${response.status}`);
    let text = '';
    for await (const part of response.body.pipeThrough(new TextDecoderStream())) {
      text += part;
      const events = text.split('\n\n');
      text = events.pop() ?? '';
      for (const [, html = ''] of events.join('\n').matchAll(/^event: deliveries\ndata: (.*)$/gm)) {
        for (const [key, row] of rowsIn(JSON.parse(html).html)) rows.set(key, row);
      }
    }
  }
  read().catch((error: unknown) => {
    if (!ending.signal.aborted) throw error;
  });

  return {
    async isComplete() {
      const listed = await loadRows(origin, filter).catch(() => undefined);
      if (listed === undefined) return false;
      return [...listed].every(([key, row]) => Number(key) <= newest || rows.get(key) === row);
    },
    close: () => ending.abort(),
  };
}

/** Return the state of each row in the markup, by its key. */
function rowsIn(html: string): ReadonlyMap<string, string> {
  return new Map(
    html
      .split('<tr data-key="')
      .slice(1)
      .map((row) => [row.slice(0, row.indexOf('"')), /class="state state-(\w+)/.exec(row)?.[1] ?? '']),
  );
}

async function countComplete(viewers: readonly Viewer[]): Promise<number> {
  const end = performance.now() + settling;
  for (;;) {
    let complete = 0;
    // One page after another, so that the pages do not take all connections of the store.
    for (const viewer of viewers) if (await viewer.isComplete()) complete++;
    if (complete === viewers.length || performance.now() > end) return complete;
    await sleep(1000);
  }
}
