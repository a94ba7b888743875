import { ConfigurationError } from '@spiderfoot-webhooks/core';

/** The engine of a store. Each engine is a package of the kit. */
export type Engine = 'sqlite';

/** A scheme has at least two characters, so that `C://data/webhooks.db` is a path. */
const leadingScheme = /^([a-z][a-z\d+.-]+):\/\//i;

/**
 * Return the engine of a location.
 * @throws ConfigurationError. Its message does not repeat the location, which may contain a password
 */
export function engineOf(location: string): Engine {
  if (typeof location !== 'string' || location === '') {
    throw new ConfigurationError('store', 'must be the path of a SQLite file.');
  }
  if (location !== location.trim()) {
    throw new ConfigurationError('store', 'must not begin or end with white space.');
  }
  const scheme = leadingScheme.exec(location)?.[1];
  if (scheme === undefined) return 'sqlite';
  throw new ConfigurationError(
    'store',
    `has the unknown scheme "${scheme}://". Use the path of a SQLite file.`,
  );
}
