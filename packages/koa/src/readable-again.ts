import { Readable } from 'node:stream';
import type { Context } from 'koa';

/**
 * Return the request with a body that can be read again. Parsers such as koa-body read `ctx.req` even if
 * `ctx.request.body` is set, and fail on a stream that has already been read.
 * @param text the body to read
 */
export function readableAgain(req: Context['req'], text: string): Context['req'] {
  const bytes = Buffer.from(text);
  const stream = new Readable({ read() {} });
  stream.push(bytes);
  stream.push(null);
  const headers = { ...req.headers, 'content-length': String(bytes.byteLength) };
  return new Proxy(req, {
    get(target, key) {
      if (key === 'headers') return headers;
      if (!(key in stream)) return Reflect.get(target, key, target);
      const member: unknown = Reflect.get(stream, key, stream);
      return typeof member === 'function' ? member.bind(stream) : member;
    },
    set: (target, key, value) => Reflect.set(target, key, value, target),
  });
}
