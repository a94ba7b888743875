import { ConfigurationError } from '../errors.ts';

const empty =
  'is empty. Check that its environment variable or file is set to the secret that SpiderFoot signs with.';

/** A shared secret. A string is encoded as UTF-8, as SpiderFoot's guide does. */
export type Secret = string | Uint8Array;

/**
 * Check a secret. An empty one is rejected, because anyone could sign with it.
 * @throws ConfigurationError if the secret is empty, has white space around it, or has another type
 */
export function readSecret(secret: unknown): Secret {
  if (secret instanceof Uint8Array) {
    if (secret.byteLength === 0) throw new ConfigurationError('secret', empty);
    return secret;
  }
  if (typeof secret !== 'string')
    throw new ConfigurationError(
      'secret',
      'must be a string, a Uint8Array, or a list of these. Pass the secret that SpiderFoot signs with, or `false` to disable signature verification.',
    );
  if (secret === '') throw new ConfigurationError('secret', empty);
  if (secret.trim() !== secret) {
    throw new ConfigurationError(
      'secret',
      'begins or ends with white space, often the newline at the end of a file. Trim it.',
    );
  }
  return secret;
}
