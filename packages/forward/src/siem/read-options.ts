import { ConfigurationError } from '@spiderfoot-webhooks/core';
import { type PolicyOptions, policyOptionNames } from '../attempts/policy-options.ts';
import { readUrl } from '../http/destinations.ts';
import { type TransportOptions, transportOptionNames } from '../http/transport-options.ts';
import { rejectUnknown } from '../option-checks.ts';

const commonNames = ['format', 'endpoint', 'severities'];

/** @throws ConfigurationError if the format does not have an option */
export function rejectOthers(
  options: object,
  names: readonly string[],
  sharedNames: readonly string[] = transportOptionNames,
): void {
  rejectUnknown(options, [...commonNames, ...names, ...sharedNames]);
}

/** Return the transport's options from all options of a format. */
export function transportOptionsOf(options: TransportOptions): TransportOptions {
  return picked(options, transportOptionNames);
}

/** Return the policy's options from all options of a format. */
export function policyOptionsOf(options: PolicyOptions): PolicyOptions {
  return picked(options, policyOptionNames);
}

function picked(options: object, names: readonly string[]): object {
  return Object.fromEntries(Object.entries(options).filter(([name]) => names.includes(name)));
}

/**
 * Read the endpoint, and add the path of the format to it.
 * @throws ConfigurationError that names the option
 */
export function readEndpoint(endpoint: unknown, path: string, options: TransportOptions): URL {
  const url = new URL(readUrl('endpoint', endpoint, options));
  const base = url.pathname.replace(/\/+$/, '');
  if (path !== '' && base.endsWith(path)) {
    throw new ConfigurationError('endpoint', `must not end with ${path}, which is added automatically.`);
  }
  if (path !== '') url.pathname = base + path;
  return url;
}

/**
 * Read a credential that is sent in a header.
 * @throws ConfigurationError that never contains the value
 */
export function readCredential(option: string, value: unknown): string {
  if (typeof value === 'string' && /^[\x21-\x7e]+$/.test(value)) return value;
  throw new ConfigurationError(
    option,
    value === undefined || value === ''
      ? 'is missing. Check that its environment variable is set.'
      : 'must be a string of printable ASCII without spaces. Check that it does not end with a line break.',
  );
}

/** @throws ConfigurationError */
export function readName(option: string, value: unknown): string | undefined {
  if (value === undefined || (typeof value === 'string' && value !== '')) return value;
  throw new ConfigurationError(option, 'must be a non-empty string.');
}
