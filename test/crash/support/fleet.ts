import { expect } from 'vitest';
import type { Place } from './engines/engine.ts';
import { type Evidence, gather, until, untilDrained } from './evidence.ts';
import { oneOf } from './random.ts';
import { createSite, Receiver, type ReceiverSettings } from './receivers.ts';
import { seeded } from './rounds.ts';
import { nothingSent, type Sent, startSender, timeouts } from './sender.ts';

/** Two receivers that share a store, and a sender with SpiderFoot's timeout. */
export interface Fleet {
  readonly sent: Sent;
  readonly receivers: readonly Receiver[];
  /** Wait until this number of further deliveries is acknowledged. */
  acknowledges(count: number): Promise<void>;
  /** Wait until all deliveries are handled, stop the receivers, and print the counts of the run. */
  finish(name: string): Promise<Evidence>;
}

/** @param wrapper a command that runs the second receiver, such as faketime */
export async function startFleet(
  place: Place,
  settings: ReceiverSettings = {},
  wrapper: readonly string[] = [],
): Promise<Fleet> {
  const random = seeded();
  const site = createSite('queue', settings, place);
  const sent = nothingSent();
  const receivers = await Promise.all(
    [[], wrapper].map((command) => new Receiver(site, command).listening()),
  );
  const sender = startSender(() => oneOf(receivers, random).url, sent, random, {
    connections: 16,
    timeout: timeouts.spiderFoot,
  });
  return {
    sent,
    receivers,
    acknowledges(count) {
      const before = sent.acknowledged.size;
      return until('webhooks were acknowledged', () => sent.acknowledged.size >= before + count);
    },
    async finish(name) {
      await sender.stop();
      await untilDrained(site);
      for (const receiver of receivers) {
        expect(await receiver.terminate(), receiver.program.stderr).toEqual({ code: 0, signal: null });
      }
      const evidence = await gather(site, sent);
      const stored = new Set(evidence.rows.map(({ hash }) => hash));
      const lost = [...sent.acknowledged].filter((hash) => !stored.has(hash)).length;
      const answers = [...sent.answers].map(([answer, count]) => `${count} × ${answer}`).join(', ');
      console.log(`${name}: ${sent.acknowledged.size} acknowledged, ${lost} lost (${answers})`);
      return evidence;
    },
  };
}
