import { onTestFinished } from 'vitest';
import { listen } from './adapters/mount.ts';

export type Listener = Parameters<typeof listen>[0];

/** Serve a listener until the test finishes. */
export async function serving(listener: Listener) {
  const at = { path: '/webhook', ...(await listen(listener)) };
  onTestFinished(at.close);
  return at;
}

export const framings = ['length', 'chunked'] as const;
let serial = 0;

/** Create data that no parser accepts by default: it contains Python's NaN, and its body exceeds 100 kB. */
export const largeData = () => ({ ...smallData(), ratio: Number.NaN, text: 'x'.repeat(150_000) });

/** Create data that every parser accepts. */
export const smallData = () => ({ serial: serial++, target: 'exämple' });

/** The part of the event with `largeData()` that a route receives. */
export const largeEvent = { event_type: 'scan_completed', data: { target: 'exämple', ratio: null } };
