import type { LoggerMessages } from '@spiderfoot-webhooks/core/stores';

/** The code of the process warning. */
const openTwiceCode = 'SPIDERFOOT_STORE_OPEN_TWICE';

/** Report that another store of this process has the file open. Without `warn`, a process warning is emitted. */
export function warnOpenTwice(path: string, messages: Pick<LoggerMessages, 'warn'>): void {
  const message = `${path} is already open in another store of this process. The receivers of both stores handle queued and replayed deliveries, each with its own handlers. Open the file once and share the store. If a development server reloads your modules, keep the store on globalThis: see "Development servers" in the documentation.`;
  if (!messages.warn({ code: openTwiceCode }, message)) process.emitWarning(message, { code: openTwiceCode });
}
