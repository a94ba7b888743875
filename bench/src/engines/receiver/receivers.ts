import type { IncomingMessage, RequestListener } from 'node:http';
import { createReceiver } from '@spiderfoot-webhooks/core';
import { webhookListener } from '@spiderfoot-webhooks/core/node';
import type { DeliveryQueue } from '@spiderfoot-webhooks/core/stores';
import { Queue, Worker } from 'bullmq';
import { Redis } from 'ioredis';
import { PgBoss } from 'pg-boss';
import { isGenuine, readAll, signatureHeader } from '../../http/by-hand.ts';
import { secret } from '../../support/bodies.ts';
import { openKitQueue } from '../kit-queue.ts';

/** A receiver over a database. */
export interface EngineReceiver {
  readonly listener: RequestListener;
  /** The number of deliveries that were handled. `undefined` if another process would handle them. */
  readonly handled?: () => number;
}

function kitReceiver(queue?: DeliveryQueue): EngineReceiver & { readonly handled: () => number } {
  let handled = 0;
  const receiver = createReceiver({ secret, ...(queue && { queue }) });
  receiver.on('scan_completed', () => void handled++, { name: 'count' });
  return { listener: webhookListener(receiver), handled: () => handled };
}

/** A receiver whose queue is handled by other processes. */
function kitReceiverAlone(queue: DeliveryQueue): EngineReceiver {
  const idle = { close: async () => {} };
  const { listener } = kitReceiver({
    enqueue: (delivery) => queue.enqueue(delivery),
    start: () => idle,
  });
  return { listener };
}

/** Verify a request as a hand-written receiver does, add its event to a queue, and answer 202. */
function listenerByHand(add: (event: object) => Promise<unknown>): RequestListener {
  return async (req, res) => {
    const event = await readEvent(req);
    if (event === undefined) return void res.writeHead(401).end();
    await add(event);
    res.writeHead(202, { 'content-type': 'application/json' }).end('{"status":"accepted"}');
  };
}

async function readEvent(req: IncomingMessage): Promise<object | undefined> {
  const body = await readAll(req);
  return isGenuine(body, req.headers[signatureHeader]?.toString()) ? JSON.parse(body.toString()) : undefined;
}

const name = 'webhooks';

/** The measured receivers, by their program's argument. */
export const receivers = {
  inline: async () => kitReceiver(),
  async queue(address: string, engine: string) {
    return kitReceiver(await openKitQueue(engine, address));
  },
  async 'queue-alone'(address: string, engine: string) {
    return kitReceiverAlone(await openKitQueue(engine, address));
  },
  async 'pg-boss'(address: string) {
    const boss = new PgBoss(address);
    boss.on('error', (error) => process.stderr.write(`${error}\n`));
    await boss.start();
    await boss.createQueue(name);
    return { listener: listenerByHand((event) => boss.send(name, event)) };
  },
  async bullmq(address: string) {
    const queue = new Queue(name, { connection: new Redis(address) });
    return { listener: listenerByHand((event) => queue.add('webhook', event)) };
  },
  async 'bullmq-worker'(address: string) {
    const queue = new Queue(name, { connection: new Redis(address) });
    let handled = 0;
    const connection = new Redis(address, { maxRetriesPerRequest: null });
    new Worker(name, async () => void handled++, { connection, concurrency: 16 });
    return { listener: listenerByHand((event) => queue.add('webhook', event)), handled: () => handled };
  },
} as const satisfies Readonly<Record<string, (address: string, engine: string) => Promise<EngineReceiver>>>;

export type ReceiverName = keyof typeof receivers;
