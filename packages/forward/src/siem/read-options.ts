import { ConfigurationError } from '@spiderfoot-webhooks/core';
import { type PolicyOptions, policyOptionNames } from '../attempts/policy-options.ts';
import { readUrl } from '../http/destinations.ts';
import { type TransportOptions, transportOptionNames } from '../http/transport-options.ts';
import { rejectUnknown } from '../option-checks.ts';

const commonNames = ['format', 'endpoint', 'severities'];

/** @throws ConfigurationError for an option that this format does not have */
export function rejectOthers(
  options: object,
  names: readonly string[],
  further: readonly string[] = transportOptionNames,
): void {
  rejectUnknown(options, [...commonNames, ...names, ...further]);
}

/** The options that the transport takes, out of all of a format's. */
export function transportOptionsOf(options: TransportOptions): TransportOptions {
  return picked(options, transportOptionNames);
}

/** The options that a policy takes, out of all of a format's. */
export function policyOptionsOf(options: PolicyOptions): PolicyOptions {
  return picked(options, policyOptionNames);
}

function picked(options: object, names: readonly string[]): object {
  return Object.fromEntries(Object.entries(options).filter(([name]) => names.includes(name)));
}

/**
 * The endpoint, with what the format adds to it.
 * @throws ConfigurationError that names the option
 */
export function readEndpoint(endpoint: unknown, path: string, options: TransportOptions): URL {
  const url = new URL(readUrl('endpoint', endpoint, options));
  const base = url.pathname.replace(/\/+$/, '');
  if (path !== '' && base.endsWith(path)) {
    throw new ConfigurationError('endpoint', `must be given without ${path}, which is added to it.`);
  }
  if (path !== '') url.pathname = base + path;
  return url;
}

/**
 * A credential, fit for a header.
 * @throws ConfigurationError that never says its value
 */
export function readCredential(option: string, value: unknown): string {
  if (typeof value === 'string' && /^[\x21-\x7e]+$/.test(value)) return value;
  throw new ConfigurationError(
    option,
    value === undefined || value === ''
      ? 'is missing. Is the environment variable set that it comes from?'
      : 'must be a string of printable ASCII without spaces; is there a line break at its end?',
  );
}

/** @throws ConfigurationError */
export function readName(option: string, value: unknown): string | undefined {
  if (value === undefined || (typeof value === 'string' && value !== '')) return value;
  throw new ConfigurationError(option, 'must be a non-empty string.');
}
