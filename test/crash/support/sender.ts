import { createHash } from 'node:crypto';
import { Agent, request } from 'node:http';
import { setTimeout as sleep } from 'node:timers/promises';
import { signedWebhook } from '@spiderfoot-webhooks/core/testing';
import type { Random } from './random.ts';

export const secret = 'crash-s3cret-ünïcode';

/** What is known of the deliveries of a test: each by the hash of its bytes, of which no two have the same. */
export interface Sent {
  readonly all: Set<string>;
  /** Those that were answered with a 2xx. */
  readonly acknowledged: Set<string>;
  /** How often there was which answer; 'broken' for none. */
  readonly answers: Map<number | 'broken', number>;
}

export function nothingSent(): Sent {
  return { all: new Set(), acknowledged: new Set(), answers: new Map() };
}

export function hashOf(body: Uint8Array): string {
  return createHash('sha256').update(body).digest('base64');
}

/** SpiderFoot waits 1 s, then 2 s; a tenth of that is short enough for many crashes, and spans a restart. */
const waits = [100, 200];

/** SpiderFoot ends a request after 10 s. */
const patience = 1000;

export interface Sender {
  /** Tells nothing new, and waits for what is under way. */
  stop(): Promise<void>;
}

/**
 * Sends webhooks over many connections, as fast as they are answered, and tries each three times, as SpiderFoot does.
 * @param target where to, asked anew for each try
 */
export function startSender(target: () => string, sent: Sent, random: Random, connections = 48): Sender {
  const agent = new Agent({ keepAlive: true });
  let going = true;

  async function work(): Promise<void> {
    while (going) await deliver(agent, target, sent, { finding: findingOf(random) });
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

/** Mostly a few hundred bytes; some that fill pages of their own, some that are large. */
function findingOf(random: Random): string {
  const kind = random();
  const most = kind < 0.9 ? 400 : kind < 0.99 ? 12_000 : 150_000;
  // 13 bytes, as Python writes it.
  return 'ü€x'.repeat(random() * (most / 13));
}

let serial = 0;

/** Sends one webhook, with up to three tries. @returns whether it was acknowledged */
export async function deliver(
  agent: Agent,
  target: () => string,
  sent: Sent,
  data: Readonly<Record<string, string>> = {},
): Promise<boolean> {
  const webhook = await signedWebhook('scan_completed', {
    secret,
    data: { scan_id: `crash_${++serial}`, target: 'exämple.com', ...data },
  });
  const body = Buffer.from(webhook.body);
  const hash = hashOf(body);
  sent.all.add(hash);
  for (let attempt = 0; ; attempt++) {
    const answer = await post(agent, target(), webhook.headers, body);
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

/** @returns the status, also where the answer breaks off behind it: a promise that begins with 2xx is one */
function post(
  agent: Agent,
  url: string,
  headers: Readonly<Record<string, string>>,
  body: Buffer,
): Promise<number | 'broken'> {
  return new Promise((resolve) => {
    const options = { agent, method: 'POST', headers: { ...headers, 'content-length': body.byteLength } };
    const req = request(url, options, (res) => {
      res.on('error', () => {}).once('close', () => resolve(res.statusCode ?? 'broken'));
      res.resume();
    });
    req.setTimeout(patience, () => req.destroy());
    req.once('error', () => resolve('broken'));
    req.end(body);
  });
}
