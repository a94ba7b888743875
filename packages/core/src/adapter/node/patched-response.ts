/** The methods of a response that middlewares replace, and that a response or a framework's error page needs. */
const methods = [
  ...(['getHeader', 'getHeaders', 'getHeaderNames', 'hasHeader', 'setHeader', 'removeHeader'] as const),
  ...(['flushHeaders', 'writeHead', 'write', 'end'] as const),
];

/**
 * Make sure that a `node:http` response can be sent even if the app has patched it and a patched method throws. The
 * first error is thrown, so that the framework handles it. After that, Node's own methods are used: otherwise the
 * framework's error page would throw the same error, which nothing would catch, and the process would end. After the
 * headers are sent, no error page can be sent, so Node's own method completes the response.
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
      // Deleting the patch exposes the prototype's method.
      for (const other of methods) Reflect.deleteProperty(res, other);
      const own: unknown = Reflect.get(res, name);
      const isOpen = Reflect.get(res, 'writableEnded') !== true;
      if (isBegun && isOpen && isFunction(own)) return Reflect.apply(own, res, parameters);
      throw error;
    }
  }
  // Unlike an assignment, this does not throw if the response is frozen.
  Reflect.defineProperty(res, name, { value: guarded, configurable: true, enumerable: true, writable: true });
}

function isFunction(value: unknown): value is (...parameters: unknown[]) => unknown {
  return typeof value === 'function';
}
