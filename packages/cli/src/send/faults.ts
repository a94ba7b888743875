import { randomBytes } from 'node:crypto';
import type { SignedWebhook } from '@spiderfoot-webhooks/core/testing';

/** What is done wrong on purpose. */
export const faults = {
  tamper: 'the body was changed after it had been signed',
  wrongSecret: 'it was signed with another secret',
  unsigned: 'it was not signed',
  truncate: 'the second half of the body was lost on the way',
} as const;
export type Fault = keyof typeof faults;

/** The secret to sign with: of a wrong or missing signature any will do. */
export function secretUnder(fault: Fault | undefined, secret: string | undefined): string {
  return fault === 'wrongSecret' || secret === undefined ? randomBytes(16).toString('hex') : secret;
}

/** Does the damage to a signed webhook. */
export function spoil(
  webhook: SignedWebhook,
  signatureHeader: string,
  fault: Fault | undefined,
): SignedWebhook {
  if (fault === 'tamper') return { ...webhook, body: webhook.body.replace(/\}$/, ', "tampered": true}') };
  if (fault === 'truncate') return { ...webhook, body: webhook.body.slice(0, webhook.body.length >> 1) };
  if (fault !== 'unsigned') return webhook;
  const { [signatureHeader]: _, ...headers } = webhook.headers;
  return { ...webhook, headers };
}
