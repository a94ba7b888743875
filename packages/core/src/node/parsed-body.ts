/**
 * Puts a parsed body where the framework's own body parsers put it, unless the app has put one there already. An empty
 * text or object does not count: parsers leave it behind for a body that they have not parsed.
 * @param carrier the request of Express, or `ctx.request` of Koa
 */
export function exposeBody(carrier: object, body: unknown): void {
  if (hasBody(carrier)) return;
  // Unlike an assignment, this does not throw if `body` is a getter of the platform's.
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
