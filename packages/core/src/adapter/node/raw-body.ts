import type { IncomingMessage, ServerResponse } from 'node:http';
import { toBytes } from '../../data/bytes.ts';

const captured = new WeakMap<IncomingMessage, Uint8Array>();

/**
 * Keep the bytes that a body parser of Express reads, if the parser has to run before the receiver. If you can, mount
 * the webhook before the parser, because the parser itself rejects a body that is larger than its `limit` (100 kB by
 * default) or that contains Python's `NaN`.
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
 * Return the bytes that a body parser has kept: the bytes of {@link captureRawBody}, the property `rawBody`, which
 * koa-bodyparser and several cloud platforms set, or the `body` of express.raw() and express.text().
 * Text is encoded as UTF-8, which restores the received bytes. If they were not valid UTF-8, the signature does not match.
 * A parsed object is never serialized again.
 * @param carrier the object on which the framework sets the results of its parsers: the request, or Koa's `ctx.request`
 * @returns `undefined` if there are no bytes, or if they are empty, as they are before a middleware that collects the
 *   body has received the first chunk
 */
export function keptBytes(req: IncomingMessage, carrier: object = req): Uint8Array | undefined {
  return captured.get(req) ?? bytesIn(carrier) ?? (carrier === req ? undefined : bytesIn(req));
}

function bytesIn(carrier: object): Uint8Array | undefined {
  const raw = asBytes(read(carrier, 'rawBody'));
  if (raw !== undefined) return raw;
  const body = read(carrier, 'body');
  return asBytes(body) ?? asBytes(read(body, unparsedBody));
}

/** On some platforms, `body` is a getter that throws if the body is not JSON. */
function read(carrier: unknown, key: PropertyKey): unknown {
  if (typeof carrier !== 'object' || carrier === null) return undefined;
  try {
    return Reflect.get(carrier, key);
  } catch {
    return undefined;
  }
}

function asBytes(value: unknown): Uint8Array | undefined {
  const bytes = typeof value === 'string' ? Buffer.from(value) : toBytes(value);
  return bytes?.byteLength === 0 ? undefined : bytes;
}
