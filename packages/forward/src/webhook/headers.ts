import { ConfigurationError } from '@spiderfoot-webhooks/core';

/** Headers that the forwarder or the HTTP client sets. A user's value would break every request, or be overwritten. */
const reserved: ReadonlySet<string> = new Set([
  'connection',
  'content-length',
  'expect',
  'keep-alive',
  'transfer-encoding',
  'upgrade',
  'x-spiderfoot-signature',
]);

/**
 * Read the user's additional headers.
 * @returns the headers, with names in lowercase
 * @throws ConfigurationError that never contains a value, because a value can be a secret
 */
export function readHeaders(option: string, headers: unknown): Readonly<Record<string, string>> {
  if (typeof headers !== 'object' || headers === null) {
    throw new ConfigurationError(option, 'must be an object of names and values.');
  }
  return Object.fromEntries(
    Object.entries(headers).map(([name, value]: [string, unknown]) => {
      if (!/^[\w!#$%&'*+.^`|~-]+$/.test(name))
        throw new ConfigurationError(option, `has ${JSON.stringify(name)}, which is not a header name.`);
      if (reserved.has(name.toLowerCase()))
        throw new ConfigurationError(`${option}.${name}`, 'is set by the forwarder. Remove it.');
      if (typeof value !== 'string' || !/^[\t\x20-\x7e]*$/.test(value)) {
        throw new ConfigurationError(`${option}.${name}`, 'must be a string of printable ASCII.');
      }
      return [name.toLowerCase(), value];
    }),
  );
}
