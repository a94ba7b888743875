import { ConfigurationError } from '../errors.ts';
import { rejectUnknownOptions } from '../options/unknown-options.ts';

/**
 * Check the arguments with which an app mounts a receiver. A misspelled `clientIp` would make `allowedIps` check the
 * address of a proxy.
 * @param names the options of the adapter. Each is a function
 * @throws ConfigurationError that names the option, or `receiver`
 */
export function checkMount(receiver: unknown, options: object, names: readonly string[]): void {
  const { mount }: { readonly mount?: unknown } = Object(receiver);
  if (typeof mount !== 'function') {
    throw new ConfigurationError('receiver', 'must be a receiver. Pass the result of createReceiver().');
  }
  rejectUnknownOptions(options, names);
  for (const [name, value] of Object.entries(options)) {
    if (value !== undefined && typeof value !== 'function') {
      throw new ConfigurationError(name, 'must be a function.');
    }
  }
}
