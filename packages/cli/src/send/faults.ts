import { randomBytes } from 'node:crypto';
import type { SignedWebhook } from '@spiderfoot-webhooks/core/testing';

/** Descriptions of the deliberate faults. */
export const faults = {
  tamper: 'the body was changed after signing',
  wrongSecret: 'it was signed with another secret',
  unsigned: 'it was not signed',
  truncate: 'the second half of the body was omitted',
} as const;
export type Fault = keyof typeof faults;

/** Return the secret to sign with: a random one for a wrong signature, or `false` to omit the signature. */
export function secretFor(fault: Fault | undefined, secret: string | undefined): string | false {
  if (fault === 'unsigned') return false;
  return fault === 'wrongSecret' || secret === undefined ? randomBytes(16).toString('hex') : secret;
}

/** Apply a fault to a signed webhook. */
export function applyFault(webhook: SignedWebhook, fault: Fault | undefined): SignedWebhook {
  if (fault === 'tamper') return { ...webhook, body: webhook.body.replace(/\}$/, ', "tampered": true}') };
  if (fault === 'truncate') return { ...webhook, body: webhook.body.slice(0, webhook.body.length >> 1) };
  return webhook;
}
