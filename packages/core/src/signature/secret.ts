import { ConfigurationError } from '../errors.ts';

/** A shared secret. A string stands for its UTF-8 bytes, as in the guide. */
export type Secret = string | Uint8Array;

/** @throws ConfigurationError for what could not be anybody's secret: with an empty one, everybody could sign. */
export function readSecret(secret: unknown): Secret {
  if (secret instanceof Uint8Array) {
    if (secret.byteLength === 0) throw new ConfigurationError('secret', 'is empty.');
    return secret;
  }
  if (typeof secret !== 'string')
    throw new ConfigurationError('secret', 'must be a string, a Uint8Array, or a list of those.');
  if (secret === '') throw new ConfigurationError('secret', 'is empty.');
  if (secret.trim() !== secret) {
    throw new ConfigurationError(
      'secret',
      'begins or ends with white space, often a newline read from a file. Trim it.',
    );
  }
  return secret;
}
