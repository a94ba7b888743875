/**
 * Set `body` to the parsed body, as the framework's body parsers do, unless the app has already set it. An empty
 * string or object does not count as set, because parsers set one for a body that they have not parsed.
 * @param carrier the Express request, or Koa's `ctx.request`
 */
export function exposeBody(carrier: object, body: unknown): void {
  if (hasBody(carrier)) return;
  // Unlike an assignment, this does not throw if the platform defines `body` as a getter.
  Reflect.defineProperty(carrier, 'body', {
    value: body,
    configurable: true,
    enumerable: true,
    writable: true,
  });
}

function hasBody(carrier: object): boolean {
  try {
    const body: unknown = Reflect.get(carrier, 'body');
    return typeof body === 'object' && body !== null ? Object.keys(body).length > 0 : Boolean(body);
  } catch {
    return false;
  }
}
