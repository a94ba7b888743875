import { createHmac, timingSafeEqual } from 'node:crypto';
import type { IncomingMessage } from 'node:http';
import { secret } from '../support/bodies.ts';

/** Verify a signature as well as a hand-written receiver can. */
export function isGenuine(body: Buffer, signature: string | undefined): boolean {
  const expected = createHmac('sha256', secret).update(body).digest();
  const given = Buffer.from(signature?.replace('sha256=', '') ?? '', 'hex');
  return given.byteLength === expected.byteLength && timingSafeEqual(expected, given);
}

export const signatureHeader = 'x-spiderfoot-signature';

/** Read a body with stream events, without a limit. `for await` is 10% slower. */
export function readAll(req: IncomingMessage): Promise<Buffer> {
  return new Promise((resolve, reject) => {
    const chunks: Buffer[] = [];
    req.on('data', (chunk: Buffer) => chunks.push(chunk));
    req.on('end', () => resolve(Buffer.concat(chunks)));
    req.on('error', reject);
  });
}
