import { signedWebhook } from '@spiderfoot-webhooks/core/testing';
import { type Inspected, secret } from './inspected-store.ts';

/** Send requests that the receiver rejects: a wrong secret, a changed body, no signature, no POST. Some are sent each second or third time. */
export async function sendRejectedRequests(
  { webhookUrl: url }: Pick<Inspected, 'webhookUrl'>,
  times = 0,
): Promise<void> {
  const data = { scan_id: 'a3f81c02', target: 'acme.example' };
  const sent = await signedWebhook('scan_completed', { secret, url, data });
  const { method, headers, body } = sent;
  if (times % 3 === 0) await fetch(url, { headers: { 'user-agent': 'uptime-check/2.1' } });
  if (times % 2 === 0) await fetch(url, { method, headers: { 'content-type': 'application/json' }, body });
  const other = await signedWebhook('scan_failed', { secret: 'old-s3cret', url, data });
  await fetch(url, { method, headers: other.headers, body: other.body });
  // A proxy that formats JSON changes the signed bytes.
  await fetch(url, { method, headers, body: JSON.stringify(JSON.parse(body)) });
}
