/** A worker process. Its arguments are its engine and the address of its database. */
import { setTimeout as sleep } from 'node:timers/promises';
import { createReceiver, type Receiver } from '@spiderfoot-webhooks/core';
import { secret } from '../../support/bodies.ts';
import { answerParent } from '../../support/child.ts';
import { type KitQueue, openKitQueue } from '../kit-queue.ts';

const [, , engine, address = ''] = process.argv;

let queue: KitQueue | undefined;
let receiver: Receiver | undefined;
/** When each delivery was handled, in milliseconds of the clock that all processes share. */
let times: number[] = [];

function now(): number {
  return Number(process.hrtime.bigint()) / 1_000_000;
}

answerParent({
  /** Connect, but do not handle deliveries yet. The argument is the number of milliseconds that a handler takes. */
  async open(argument) {
    const duration = Number(argument);
    times = [];
    queue = await openKitQueue(engine, address);
    receiver = createReceiver({ secret, queue });
    const handler = async () => {
      if (duration > 0) await sleep(duration);
      times.push(now());
    };
    receiver.on('scan_completed', handler, { name: 'wait' });
    return 0;
  },
  start() {
    receiver?.start();
    return 0;
  },
  handled: () => times.length,
  times: () => times,
  cpu() {
    const { user, system } = process.cpuUsage();
    return user + system;
  },
  async close() {
    await receiver?.close();
    await queue?.close();
    return 0;
  },
});
