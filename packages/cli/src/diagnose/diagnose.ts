import { timingSafeEqual } from 'node:crypto';
import { type Conclusion, conclusionOf, type Facts } from './conclusion.ts';
import { type Evidence, type Found, search } from './mistakes/search-mistakes.ts';
import { hmac } from './signature/digests.ts';
import { bodySteps } from './steps/body-steps.ts';
import { secretSteps } from './steps/secret-steps.ts';
import { comparisonStep, signatureSteps } from './steps/signature-steps.ts';

/** The result of examining a signature. */
export interface Diagnosis extends Facts {
  readonly conclusion: Conclusion;
  /** The correct signature. It is a secret, which is shown only on request. */
  readonly expected: string;
  readonly found: Found | undefined;
}

/** Find out why a signature does not match. */
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

/** Compare a signature as a receiver does: only the prefix is optional. */
function isExactly(signature: string, expected: string): boolean {
  const givenBytes = Buffer.from(signature.replace(/^sha256=/i, '').toLowerCase());
  const expectedBytes = Buffer.from(expected);
  return givenBytes.length === expectedBytes.length && timingSafeEqual(givenBytes, expectedBytes);
}
