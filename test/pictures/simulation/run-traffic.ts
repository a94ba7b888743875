import { signedDelivery, type TestEventType } from '@spiderfoot-webhooks/core/testing';
import { secret, startReceiver } from './observed-receiver.ts';
import { startTargetServer } from './target-server.ts';
import { eventsAt, isDuring, length, script, seededRandom } from './traffic.ts';
import { startVirtualTime } from './virtual-time.ts';

/** The metrics of a receiver at a time. */
export interface Scrape {
  /** Seconds since 1970. */
  readonly time: number;
  /** In the text format of Prometheus. */
  readonly text: string;
}

/** The seconds between two scrapes. It is Prometheus' usual interval. */
export const scrapeInterval = 15;

const minuteLength = 60_000;
/** Milliseconds by which the time moves while targets have not responded. */
const responseTick = 2;
/** A worker needs a few turns of the event loop to claim a delivery. */
const quietTurns = 8;

/**
 * Send the scripted traffic to a receiver, in virtual time.
 * @returns the metrics of the receiver at each scrape
 */
export async function runTraffic(start: Date): Promise<readonly Scrape[]> {
  const siemServer = await startTargetServer();
  const slackServer = await startTargetServer();
  const random = seededRandom(7);
  const time = startVirtualTime(start, seededRandom(8));
  const { receiver, metrics, store, running, close } = startReceiver(siemServer, slackServer);
  const scrapes: Scrape[] = [];

  receiver.onOutcome(() => {
    if (isDuring(script.brokenListener, (time.now() - start.getTime()) / minuteLength))
      throw new Error('broken');
  });

  async function send(type: TestEventType, signedWith = secret): Promise<void> {
    await receiver.receive(await signedDelivery(type, { secret: signedWith }));
  }

  /** Wait until all handlers have ended. Only the targets take virtual time, so the event loop must be quiet before a tick. */
  async function settle(): Promise<void> {
    for (let quiet = 0; quiet < quietTurns; quiet += 1) {
      await new Promise(setImmediate);
      if (running() === 0) continue;
      quiet = 0;
      if (siemServer.waiting + slackServer.waiting === running()) time.tick(responseTick);
    }
  }

  try {
    for (let second = 0; second <= length * 60; second += 1) {
      const minute = second / 60;
      siemServer.status = isDuring(script.siemOutage, minute) ? 503 : 200;
      siemServer.delay = isDuring(script.slowSiem, minute) ? 150 + 350 * random() : 8 + 12 * random();
      slackServer.delay = 20 + 15 * random();
      for (const type of eventsAt(second, random)) await send(type);
      if (isDuring(script.wrongSecret, minute) && second % 20 === 0)
        await send('scan_progress', 'old-s3cret');
      if (isDuring(script.wrongSecret, minute) && second % 150 === 0) metrics.unrouted();
      if (minute === script.replay) await store.replay({ state: 'dead' });
      await settle();
      if (second % scrapeInterval === 0)
        scrapes.push({ time: Math.floor(time.now() / 1000), text: await metrics.text() });
      time.tick(Math.max(0, start.getTime() + (second + 1) * 1000 - time.now()));
      await settle();
    }
  } finally {
    time.restore();
    await close();
    siemServer.close();
    slackServer.close();
  }
  return scrapes;
}
