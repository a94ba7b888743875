import { timingSafeEqual } from 'node:crypto';
import { bodySteps } from './body-steps.ts';
import { hmac } from './digests.ts';
import type { Mistake } from './mistake.ts';
import { type Evidence, type Found, search } from './search.ts';
import { secretSteps } from './secret-steps.ts';
import { comparisonStep, signatureSteps } from './signature-steps.ts';
import type { Step } from './step.ts';

/** What is the matter with a signature. */
export interface Diagnosis {
  /** Whether a receiver takes it as it is. */
  readonly genuine: boolean;
  readonly steps: readonly Step[];
  /** What explains the signature; `undefined` where nothing that is known does. */
  readonly mistakes: readonly Mistake[] | undefined;
  /** Whether all the known mistakes were tried. */
  readonly complete: boolean;
  /** Secret: for whoever asks for them. */
  readonly expected: string;
  readonly found: Found | undefined;
}

export function diagnose(evidence: Evidence): Diagnosis {
  const { body, secret, signature } = evidence;
  const expected = hmac.digest('sha256', Buffer.from(secret), body);
  const genuine = isExactly(signature, expected);
  const { found, complete } = genuine ? { found: undefined, complete: true } : search(evidence);
  const steps = [
    ...signatureSteps(signature),
    ...bodySteps(body),
    ...secretSteps(secret),
    comparisonStep(expected, signature),
  ];
  return { genuine, steps, mistakes: genuine ? [] : found?.mistakes, complete, expected, found };
}

/** As a receiver looks at it: the prefix may be missing, and nothing else. */
function isExactly(signature: string, expected: string): boolean {
  const given = Buffer.from(signature.replace(/^sha256=/i, '').toLowerCase());
  const due = Buffer.from(expected);
  return given.length === due.length && timingSafeEqual(given, due);
}
