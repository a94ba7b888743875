/** What one look at a receiver has found. */
export interface Finding {
  readonly check: CheckName;
  /** `skip`: could not be looked at, and says why. */
  readonly verdict: 'ok' | 'warn' | 'fail' | 'skip';
  /** What was seen, in a sentence. */
  readonly seen: string;
  /** What to do about it. */
  readonly fix?: string;
}

/** The checks, in the order in which they are made. */
export const checkNames = [
  'guard',
  'reachable',
  'tls',
  'route',
  'health',
  'unsigned',
  'tampered',
  'signed',
  'duplicate',
  'clock',
  'latency',
] as const;
export type CheckName = (typeof checkNames)[number];
