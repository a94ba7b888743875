import { ConfigurationError } from '../errors.ts';
import type { Receiver } from '../receiver.ts';

/** The part of a receiver that a server uses, whatever the receiver's schemas. */
export type ServedReceiver = Pick<Receiver, 'start' | 'close'>;

/**
 * Makes one receiver of several. Closing it closes all of them, even if one fails.
 * @throws ConfigurationError if one of them is not a receiver
 */
export function asOneReceiver(receivers: ServedReceiver | readonly ServedReceiver[]): ServedReceiver {
  const all = [receivers].flat();
  for (const receiver of all) {
    if (typeof receiver?.start === 'function' && typeof receiver.close === 'function') continue;
    throw new ConfigurationError(
      'receiver',
      'must be a receiver, or a list of receivers. Use what createReceiver() has returned.',
    );
  }
  return {
    start() {
      for (const receiver of all) receiver.start();
    },
    async close() {
      const closed = await Promise.allSettled(all.map((receiver) => receiver.close()));
      for (const result of closed) if (result.status === 'rejected') throw result.reason;
    },
  };
}
