import { timingSafeEqual } from 'node:crypto';
import { type Conclusion, conclusionOf, type Facts } from './conclusion.ts';
import type { Evidence } from './evidence.ts';
import { type Found, search } from './search/search.ts';
import { bufferOf, hmacOf } from './signature/digests.ts';
import { bodySteps } from './steps/body-steps.ts';
import { secretSteps } from './steps/secret-steps.ts';
import { comparisonStep, signatureSteps } from './steps/signature-steps.ts';

/** The result of {@link diagnose}. Only `expected` and `found` contain secrets. */
export interface Diagnosis extends Facts {
  readonly conclusion: Conclusion;
  /** The correct signature, as 64 hex digits. Show it only on request: it is enough to forge this delivery. */
  readonly expected: string;
  /** The body and the secret that reproduce the signature. Show the secret only on request. */
  readonly found: Found | undefined;
}

/**
 * Find out why a signature does not match: check the signature, the body and the secret step by step, then try known
 * mistakes until they reproduce the signature. A mistake is reported only if it reproduces the signature.
 * @example
 * ```ts
 * const { mistakes } = diagnose({ secret: 'your-webhook-secret', body, signature: 'sha256=0f3b…' });
 * ```
 */
export function diagnose(evidence: Evidence): Diagnosis {
  const { secret, signature } = evidence;
  const body = bufferOf(evidence.body);
  const expected = hmacOf('sha256', Buffer.from(secret), body).toString('hex');
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
