import { signedWebhook } from '@spiderfoot-webhooks/core/testing';
import { onTestFinished } from 'vitest';
import { RawClient } from '../../support/raw-client.ts';
import type { Listening } from './examples.ts';

/** A webhook in flight: the server has its head and half of its body. */
export interface HalfSent {
  readonly client: RawClient;
  readonly finish: () => Promise<void>;
}

export async function beginWebhook(
  { url, port }: Pick<Listening, 'url' | 'port'>,
  type: string,
  secret: string,
): Promise<HalfSent> {
  const { headers, body } = await signedWebhook(type, { secret, url });
  const bytes = Buffer.from(body);
  const half = bytes.length >> 1;
  const lines = Object.entries({
    host: `127.0.0.1:${port}`,
    'content-length': bytes.length,
    // The server's 100 shows that it has received the head of the request, so the test need not wait for a fixed time.
    expect: '100-continue',
    ...headers,
  }).map(([name, value]) => `${name}: ${value}\r\n`);
  const client = await RawClient.connect(port);
  onTestFinished(() => client.destroy());
  await client.write(`POST ${new URL(url).pathname} HTTP/1.1\r\n${lines.join('')}\r\n`);
  const { status } = await client.response();
  if (status !== 100) throw new Error(`Expected 100 Continue, got ${status}`);
  await client.write(bytes.subarray(0, half));
  return { client, finish: () => client.write(bytes.subarray(half)) };
}
