import { ConfigurationError } from '@spiderfoot-webhooks/core';
import { openStore, type StoreOptions } from '../../src/index.ts';

/** Return the ConfigurationError that openStore() throws. */
export function openError(path: string, options?: StoreOptions): ConfigurationError {
  try {
    openStore(path, options);
  } catch (error) {
    if (error instanceof ConfigurationError) return error;
    throw error;
  }
  throw new Error('The file was opened');
}
