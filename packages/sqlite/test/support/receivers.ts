import { createReceiver, type Receiver, type ReceiverOptions } from '@spiderfoot-webhooks/core';
import type { Store } from '../../src/index.ts';
import { secret } from './webhooks.ts';

/** Create a receiver that uses a store as its log. */
export const receive = (store: Store, options: Partial<ReceiverOptions> = {}): Receiver =>
  createReceiver({ secret, log: store, ...options });
