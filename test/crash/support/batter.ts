import { setTimeout as sleep } from 'node:timers/promises';
import { expect } from 'vitest';
import type { Place } from './engines/engine.ts';
import { type Evidence, gather, untilDrained } from './evidence.ts';
import { between, oneOf, type Random } from './random.ts';
import { createSite, type Mode, Receiver, type ReceiverSettings } from './receivers.ts';
import { nothingSent, type Sent, startSender } from './sender.ts';

export interface Round {
  readonly mode: Mode;
  /** The number of receivers that share the database. */
  readonly processes: number;
  /** How often each receiver is killed. */
  readonly kills: number;
  /** The milliseconds from its start to its death: the least, and the most. @default [30, 700] */
  readonly uptime?: readonly [number, number];
  readonly settings?: ReceiverSettings;
  /** Creates the store that the receivers share. @default a SQLite file */
  readonly newPlace?: () => Promise<Place>;
}

export interface Battered {
  readonly evidence: Evidence;
  readonly sent: Sent;
  readonly kills: number;
}

/** Kills receivers at random moments under load, restarts them, and gathers the evidence at the end. */
export async function batter(
  { mode, processes, kills, uptime = [30, 700], settings, newPlace }: Round,
  random: Random,
): Promise<Battered> {
  const site = createSite(mode, settings, await newPlace?.());
  const sent = nothingSent();
  const first = new Receiver(site);
  const receivers = [
    await first.listening(),
    ...Array.from({ length: processes - 1 }, () => new Receiver(site)),
  ];
  const sender = startSender(() => oneOf(receivers, random).url, sent, random);

  async function keepKilling(place: number): Promise<void> {
    for (let kill = 0; kill < kills; kill++) {
      const receiver = receivers[place] ?? first;
      // One in five is killed before it listens, so that the recovery is interrupted too.
      if (random() < 0.2) await sleep(between(random, 0, 200));
      else {
        await receiver.listening();
        await sleep(between(random, ...uptime));
      }
      await receiver.kill();
      receivers[place] = new Receiver(site);
    }
  }

  await Promise.all(receivers.map((_, place) => keepKilling(place)));
  await Promise.all(receivers.map((receiver) => receiver.listening()));
  await sender.stop();
  await untilDrained(site);
  for (const receiver of receivers) expect(await receiver.terminate()).toEqual({ code: 0, signal: null });
  return { evidence: await gather(site, sent), sent, kills: kills * processes };
}
