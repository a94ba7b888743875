import type { IncomingMessage, ServerResponse } from 'node:http';

const captured = new WeakMap<IncomingMessage, Uint8Array>();

/**
 * Keeps the bytes that a body parser of Express reads, for where the parser has to come before the receiver.
 * Mount the webhook before the parser where you can: a body that the parser refuses itself never gets as far as the
 * receiver, and that is one larger than its `limit` (100 kB by default) or one with Python's `NaN` in it.
 * @example
 * app.use(express.json({ verify: captureRawBody }));
 * app.post('/webhook', webhookHandler(receiver));
 */
export function captureRawBody(req: IncomingMessage, _res: ServerResponse, bytes: Uint8Array): void {
  captured.set(req, bytes);
}

/** koa-body's `includeUnparsed` keeps the text under this symbol. */
const unparsedBody = Symbol.for('unparsedBody');

/**
 * The bytes that a body parser has left behind, where one has: what {@link captureRawBody} kept, or `rawBody`,
 * which koa-bodyparser and several clouds set, or the whole `body` of express.raw() and express.text().
 * Text is written out as UTF-8, which gives the received bytes back unless they were invalid; then the signature
 * does not match. A parsed object never is written out again.
 * @param carrier where the framework puts what its parsers make: the request itself, or Koa's `ctx.request`
 */
export function keptBytes(req: IncomingMessage, carrier: object = req): Uint8Array | undefined {
  const bytes = captured.get(req);
  if (bytes !== undefined) return bytes;
  const body = 'body' in carrier ? carrier.body : undefined;
  const unparsed =
    typeof body === 'object' && body !== null && unparsedBody in body ? body[unparsedBody] : undefined;
  return toBytes('rawBody' in carrier ? carrier.rawBody : undefined) ?? toBytes(body) ?? toBytes(unparsed);
}

function toBytes(value: unknown): Uint8Array | undefined {
  if (value instanceof Uint8Array) return value;
  return typeof value === 'string' ? Buffer.from(value) : undefined;
}
