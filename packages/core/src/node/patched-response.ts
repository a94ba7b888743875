/** The methods of a response that middlewares replace, and that an answer, or a framework's error page, needs. */
const methods = [
  ...(['getHeader', 'getHeaders', 'getHeaderNames', 'hasHeader', 'setHeader', 'removeHeader'] as const),
  ...(['flushHeaders', 'writeHead', 'write', 'end'] as const),
];

/**
 * Makes sure that a response of `node:http` can be answered although the app has patched it and a patched method throws.
 * The first error is thrown, so that the framework handles it; from then on, Node's own methods are used. Without this,
 * the framework's error page would fail in the same way where nothing catches it, and end the process. Once the headers
 * are sent, no error page can be sent any more: Node's own method then completes the answer.
 */
export function surviveFailingPatches(res: object): void {
  for (const name of methods) {
    if (Object.hasOwn(res, name)) guard(res, name);
  }
}

function guard(res: object, name: (typeof methods)[number]): void {
  const method: unknown = Reflect.get(res, name);
  if (!isFunction(method)) return;
  const patched = method;
  function guarded(this: unknown, ...parameters: unknown[]): unknown {
    const isBegun = Reflect.get(res, 'headersSent') === true;
    try {
      return Reflect.apply(patched, this, parameters);
    } catch (error) {
      // Deleting the patch uncovers the method of the prototype.
      for (const other of methods) Reflect.deleteProperty(res, other);
      const own: unknown = Reflect.get(res, name);
      const isOpen = Reflect.get(res, 'writableEnded') !== true;
      if (isBegun && isOpen && isFunction(own)) return Reflect.apply(own, res, parameters);
      throw error;
    }
  }
  // Unlike an assignment, this does not throw if the app has frozen the response.
  Reflect.defineProperty(res, name, { value: guarded, configurable: true, enumerable: true, writable: true });
}

function isFunction(value: unknown): value is (...parameters: unknown[]) => unknown {
  return typeof value === 'function';
}
