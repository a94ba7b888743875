import { ConfigurationError } from '@spiderfoot-webhooks/core';

/** @throws ConfigurationError if the environment variable is not set */
export function variable(name: string): string {
  const value = process.env[name];
  if (value === undefined || value === '')
    throw new ConfigurationError(
      name,
      'is not set. Set this environment variable: src/forwarders.ts uses it.',
    );
  return value;
}
