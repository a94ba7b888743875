import { ConfigurationError } from '../../errors.ts';

/** What `start` throws for an endpoint that has workers in this process already: of two receivers only one would run. */
export function endpointTaken(endpoint: string): ConfigurationError {
  return new ConfigurationError(
    'endpoint',
    `${JSON.stringify(endpoint)} is taken by another receiver over this store. Give each receiver its own "endpoint", or close the other receiver first.`,
  );
}
