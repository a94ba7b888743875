import { ConfigurationError } from '../errors.ts';
import type { Receiver } from '../receiver/receiver.ts';

/** The methods of a receiver that a server uses. They do not depend on the receiver's schemas. */
export type ServedReceiver = Pick<Receiver, 'ready' | 'start' | 'close'>;

const methods = ['ready', 'start', 'close'] as const satisfies (keyof ServedReceiver)[];

/**
 * Combine several receivers into one that starts and closes all of them. Closing closes all, even if one of them fails to
 * close. {@link serve} does this for a list, so call it only to use the combined receiver elsewhere too.
 * @throws ConfigurationError if a value is not a receiver
 * @example
 * const all = combineReceivers([first, second]);
 * await serve(app, all);
 */
export function combineReceivers(receivers: ServedReceiver | readonly ServedReceiver[]): ServedReceiver {
  const all = [receivers].flat();
  for (const receiver of all) {
    if (methods.every((method) => typeof receiver?.[method] === 'function')) continue;
    throw new ConfigurationError(
      'receiver',
      'must be a receiver or a list of receivers. Pass the return value of createReceiver().',
    );
  }
  return {
    async ready() {
      await Promise.all(all.map((receiver) => receiver.ready()));
    },
    start() {
      for (const receiver of all) receiver.start();
    },
    async close() {
      const closed = await Promise.allSettled(all.map((receiver) => receiver.close()));
      for (const result of closed) if (result.status === 'rejected') throw result.reason;
    },
  };
}
