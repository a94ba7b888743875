import { ConfigurationError } from '../errors.ts';

const empty =
  'is empty. Check that its environment variable or file is set to the secret that SpiderFoot signs with.';

/** A shared secret. A string stands for its UTF-8 bytes, as in the guide. */
export type Secret = string | Uint8Array;

/** @throws ConfigurationError for what could not be anybody's secret: with an empty one, everybody could sign. */
export function readSecret(secret: unknown): Secret {
  if (secret instanceof Uint8Array) {
    if (secret.byteLength === 0) throw new ConfigurationError('secret', empty);
    return secret;
  }
  if (typeof secret !== 'string')
    throw new ConfigurationError(
      'secret',
      'must be a string, a Uint8Array, or a list of those. Pass the secret that SpiderFoot signs with, or `false` for no signature.',
    );
  if (secret === '') throw new ConfigurationError('secret', empty);
  if (secret.trim() !== secret) {
    throw new ConfigurationError(
      'secret',
      'begins or ends with white space, often a newline read from a file. Trim it.',
    );
  }
  return secret;
}
