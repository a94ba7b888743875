/** The result of a check. */
export interface Finding {
  readonly check: CheckName;
  /** `skip`: the check was not possible. `seen` contains the reason. */
  readonly verdict: 'ok' | 'warn' | 'fail' | 'skip';
  /** The observation, as a sentence. */
  readonly seen: string;
  /** How to fix the problem. */
  readonly fix?: string;
}

/** The checks, in the order in which they run. */
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
