import { ConfigurationError } from '@spiderfoot-webhooks/core';

/** The maximum delay of a timer, in milliseconds. Node runs a timer with a longer delay after 1 ms. */
const longestTimer = 2_147_483_647;

/** @throws ConfigurationError if the name of an option is not in the list */
export function rejectUnknown(options: object, names: readonly string[], prefix = ''): void {
  for (const name of Object.keys(options)) {
    if (names.includes(name)) continue;
    throw new ConfigurationError(`${prefix}${name}`, `is unknown. Known: ${names.join(', ')}.`);
  }
}

/** @throws ConfigurationError */
export function readInteger(option: string, value: unknown, min: number, max = longestTimer): number {
  if (typeof value === 'number' && Number.isInteger(value) && value >= min && value <= max) return value;
  throw new ConfigurationError(option, `must be a whole number from ${min} to ${max}.`);
}

/** @throws ConfigurationError */
export function readBoolean(option: string, value: unknown): boolean {
  if (typeof value === 'boolean') return value;
  throw new ConfigurationError(option, 'must be true or false.');
}
