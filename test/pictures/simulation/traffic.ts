import type { TestEventType } from '@spiderfoot-webhooks/core/testing';

/** The length of the scripted traffic, in minutes. */
export const length = 150;

/** The minutes in which something happens, from the start. */
export const script = {
  slowSiem: { from: 35, to: 42 },
  siemOutage: { from: 42, to: 78 },
  /** An operator replays the dead letters. */
  replay: 96,
  /** A sender uses an old secret. */
  wrongSecret: { from: 112, to: 124 },
  /** A listener of the app fails. */
  brokenListener: { from: 136, to: 140 },
} as const;

/** The types of the events of a scan, by how often each occurs. */
const weights: Readonly<Partial<Record<TestEventType, number>>> = {
  scan_progress: 4,
  'finding.new': 5,
  vulnerability_found: 2,
  high_risk_event: 1,
  malware_detected: 0.5,
};
const total = Object.values(weights).reduce<number>((sum, weight) => sum + (weight ?? 0), 0);

/** Each scan takes 12 minutes, and a scan begins every 10 minutes. */
const scanLength = 12;
const scanEvery = 10;

/** The same sequence of numbers from 0 to 1 in each run (mulberry32). */
export function seededRandom(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}

/** Return whether a minute is in a part of the script. */
export function isDuring(
  { from, to }: { readonly from: number; readonly to: number },
  minute: number,
): boolean {
  return minute >= from && minute < to;
}

/** Return the types of the events that SpiderFoot sends in a second. */
export function eventsAt(second: number, random: () => number): readonly TestEventType[] {
  const minute = second / 60;
  if (minute % scanEvery === 0) return ['scan_started'];
  if (minute > scanLength && minute % scanEvery === scanLength - scanEvery) return ['scan_completed'];
  const perMinute = 9 + 5 * Math.sin((minute / scanEvery) * 2 * Math.PI);
  return random() < perMinute / 60 ? [anyType(random() * total)] : [];
}

function anyType(place: number): TestEventType {
  let left = place;
  for (const [type, weight] of Object.entries(weights)) {
    left -= weight ?? 0;
    if (left < 0) return type;
  }
  return 'scan_progress';
}
