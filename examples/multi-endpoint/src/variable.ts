import { ConfigurationError } from '@spiderfoot-webhooks/core';

/** @throws ConfigurationError where an environment variable is not set */
export function variable(name: string): string {
  const value = process.env[name];
  if (value === undefined || value === '')
    throw new ConfigurationError(name, 'is not set. It is an environment variable: see src/forwarders.ts.');
  return value;
}
