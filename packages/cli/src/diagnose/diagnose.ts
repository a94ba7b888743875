import { timingSafeEqual } from 'node:crypto';
import { type Conclusion, conclusionOf, type Facts } from './conclusion.ts';
import { type Evidence, type Found, search } from './mistakes/search-mistakes.ts';
import { hmac } from './signature/digests.ts';
import { bodySteps } from './steps/body-steps.ts';
import { secretSteps } from './steps/secret-steps.ts';
import { comparisonStep, signatureSteps } from './steps/signature-steps.ts';

/** What is the matter with a signature. */
export interface Diagnosis extends Facts {
  readonly conclusion: Conclusion;
  /** Secret. Shown only on request. */
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
  const facts = { genuine, steps, mistakes: genuine ? [] : found?.mistakes, complete };
  return { ...facts, conclusion: conclusionOf(facts), expected, found };
}

/** As a receiver looks at it: the prefix may be missing, and nothing else. */
function isExactly(signature: string, expected: string): boolean {
  const given = Buffer.from(signature.replace(/^sha256=/i, '').toLowerCase());
  const due = Buffer.from(expected);
  return given.length === due.length && timingSafeEqual(given, due);
}
