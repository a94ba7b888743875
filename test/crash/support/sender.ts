import { createHash } from 'node:crypto';
import { Agent, request } from 'node:http';
import { setTimeout as sleep } from 'node:timers/promises';
import { signedWebhook } from '@spiderfoot-webhooks/core/testing';
import type { Random } from './random.ts';

export const secret = 'crash-s3cret-ünïcode';

/** The deliveries of a test, by the hash of their bytes. All have different bytes. */
export interface Sent {
  readonly all: Set<string>;
  /** The deliveries that were answered with a 2xx. */
  readonly acknowledged: Set<string>;
  /** The number of responses by status; 'broken' for a request without a response. */
  readonly answers: Map<number | 'broken', number>;
}

export function nothingSent(): Sent {
  return { all: new Set(), acknowledged: new Set(), answers: new Map() };
}

export function hashOf(body: Uint8Array): string {
  return createHash('sha256').update(body).digest('base64');
}

/** SpiderFoot waits 1 s, then 2 s. A tenth of that allows many crashes and is still longer than a restart. */
const waits = [100, 200];

/** The timeout of a request, in milliseconds. */
export const timeouts = {
  /** Longer than a lease of these tests, and short enough for many crashes. */
  short: 1000,
  /** SpiderFoot's own. */
  spiderFoot: 10_000,
};

export interface SenderOptions {
  /** @default 48 */
  readonly connections?: number;
  /** @default timeouts.short */
  readonly timeout?: number;
}

export interface Sender {
  /** Sends no further webhooks, and waits for the requests in flight. */
  stop(): Promise<void>;
}

/**
 * Sends webhooks over many connections as fast as they are answered. Like SpiderFoot, it makes up to three attempts for
 * each.
 * @param target returns the URL for each attempt
 */
export function startSender(
  target: () => string,
  sent: Sent,
  random: Random,
  { connections = 48, timeout = timeouts.short }: SenderOptions = {},
): Sender {
  const agent = new Agent({ keepAlive: true });
  let going = true;

  async function work(): Promise<void> {
    while (going) await deliver(agent, target, sent, { finding: findingOf(random) }, timeout);
  }

  const working = Array.from({ length: connections }, work);
  return {
    async stop() {
      going = false;
      await Promise.all(working);
      agent.destroy();
    },
  };
}

/** Mostly a few hundred bytes. Some texts fill database pages, and some are large. */
function findingOf(random: Random): string {
  const kind = random();
  const most = kind < 0.9 ? 400 : kind < 0.99 ? 12_000 : 150_000;
  // Python writes it as 13 bytes.
  return 'ü€x'.repeat(random() * (most / 13));
}

let serial = 0;

/** Sends one webhook, with up to three attempts. @returns whether it was acknowledged */
export async function deliver(
  agent: Agent,
  target: () => string,
  sent: Sent,
  data: Readonly<Record<string, string>> = {},
  timeout = timeouts.short,
): Promise<boolean> {
  const webhook = await signedWebhook('scan_completed', {
    secret,
    data: { scan_id: `crash_${++serial}`, target: 'exämple.com', ...data },
  });
  const body = Buffer.from(webhook.body);
  const hash = hashOf(body);
  sent.all.add(hash);
  for (let attempt = 0; ; attempt++) {
    const answer = await post(agent, target(), webhook.headers, body, timeout);
    sent.answers.set(answer, (sent.answers.get(answer) ?? 0) + 1);
    if (answer !== 'broken' && answer >= 200 && answer < 300) {
      sent.acknowledged.add(hash);
      return true;
    }
    const wait = waits[attempt];
    if (wait === undefined) return false;
    await sleep(wait);
  }
}

/** @returns the status, even if the rest of the response is missing: a 2xx status line already acknowledges the delivery */
function post(
  agent: Agent,
  url: string,
  headers: Readonly<Record<string, string>>,
  body: Buffer,
  timeout: number,
): Promise<number | 'broken'> {
  return new Promise((resolve) => {
    const options = { agent, method: 'POST', headers: { ...headers, 'content-length': body.byteLength } };
    const req = request(url, options, (res) => {
      res.on('error', () => {}).once('close', () => resolve(res.statusCode ?? 'broken'));
      res.resume();
    });
    req.setTimeout(timeout, () => req.destroy());
    req.once('error', () => resolve('broken'));
    req.end(body);
  });
}
