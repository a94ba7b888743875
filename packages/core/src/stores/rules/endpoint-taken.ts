import { ConfigurationError } from '../../errors.ts';

/**
 * Create the error that `start` throws if the endpoint already has workers in this process. Without it, only one of two
 * receivers would run deliveries.
 */
export function endpointTaken(endpoint: string): ConfigurationError {
  return new ConfigurationError(
    'endpoint',
    `is ${JSON.stringify(endpoint)}, which another receiver of this store already uses. Give each receiver a unique "endpoint", or close the other receiver first.`,
  );
}
