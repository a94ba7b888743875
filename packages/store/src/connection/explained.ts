import { ConfigurationError } from '@spiderfoot-webhooks/core';
import { serverOf } from '../location.ts';
import type { Store } from '../store.ts';
import { problemOf } from './problems.ts';

/** The server of a store cannot be reached now. The message names the host and the next step, and contains no password. */
export class StoreUnavailableError extends Error {
  override readonly name = 'StoreUnavailableError';
  /** The host and the port, for example `db.example.com:5432`. */
  readonly server: string;

  constructor(server: string, problem: string, options?: ErrorOptions) {
    super(`The store at ${server} cannot be reached: ${problem}`, options);
    this.server = server;
  }
}

/** Open a store on a server. Its `ready` rejects with errors that name the host and the next step. */
export function explained(location: string, open: () => Store): Store {
  try {
    const store = open();
    return {
      ...store,
      async ready() {
        try {
          await store.ready();
        } catch (error) {
          throw explain(location, error);
        }
      },
    };
  } catch (error) {
    throw error instanceof ConfigurationError ? withOptionOfUrl(error) : error;
  }
}

/** Return an error that names the host and the next step, for an error of a server or its driver. */
export function explain(location: string, error: unknown): unknown {
  const server = serverOf(location);
  if (error instanceof ConfigurationError) {
    const { option, message } = withOptionOfUrl(error);
    return new ConfigurationError(
      option,
      `${message.replace(`Option "${option}" `, '')} The server is ${server}.`,
    );
  }
  const { isConfiguration, problem } = problemOf(location, error);
  if (!isConfiguration) return new StoreUnavailableError(server, problem, { cause: error });
  return new ConfigurationError('store', `cannot be used: The server at ${server} ${problem}`);
}

/** The options of the engines that are in the URL, and the names that the engines give to the URL itself. */
const parameters = ['schema', 'patience', 'listen', 'prefix', 'durability', 'replicas', 'memoryLimit'].concat(
  ['dedupeTtl', 'keepDead'],
);
const urls: readonly string[] = ['connection', 'redis'];

/** The user of a URL has passed no option of the engine, but a parameter of the URL. */
function withOptionOfUrl(error: ConfigurationError): ConfigurationError {
  const { option } = error;
  const problem = error.message.replace(`Option "${option}" `, '');
  if (urls.includes(option)) return new ConfigurationError('store', problem);
  if (parameters.includes(option))
    return new ConfigurationError('store', `(parameter "${option}") ${problem}`);
  return error;
}
