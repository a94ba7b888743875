import { onTestFinished } from 'vitest';
import { createTransport, ForwardError, type Transport, type TransportOptions } from '../../src/index.ts';

/** Create a transport that is closed after the test. */
export function transport(options: TransportOptions = {}): Transport {
  const created = createTransport('siem', { allowHttp: true, baseDelay: 1, breaker: false, ...options });
  onTestFinished(() => created.close());
  return created;
}

/** A secret in the path, the query and a header of each request. */
export const token = 'tok-0123456789abcdef';

export function post(transport: Transport, url: string, signal?: AbortSignal) {
  return transport.send({
    url: new URL(`/hook/${token}?key=${token}`, url),
    headers: { 'content-type': 'application/json', authorization: `Bearer ${token}` },
    body: '{"a":1}',
    signal,
  });
}

/** Return the error of a request that must fail. */
export async function failureOf(sending: Promise<unknown>): Promise<ForwardError> {
  const error: unknown = await sending.then(
    () => new Error('The request succeeded'),
    (error: unknown) => error,
  );
  if (!(error instanceof ForwardError)) throw error;
  return error;
}
