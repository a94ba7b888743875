import { ConfigurationError } from '../errors.ts';
import type { ReceiverOptions } from '../options/receiver-options.ts';

/** The address on which a server listens. */
export interface ListenAddress {
  readonly host: string;
  readonly port: number;
}

/** The options of a receiver and the address of its server, read from environment variables. */
export interface Environment extends ListenAddress {
  readonly options: ReceiverOptions;
}

/**
 * Read the environment variables that all examples use: `HOST` (default 127.0.0.1), `PORT` (default 3000; 0 selects a
 * free port), `SPIDERFOOT_WEBHOOK_SECRET`, `SPIDERFOOT_WEBHOOK_SECRET_PREVIOUS`, `SPIDERFOOT_ALLOWED_IPS` and
 * `SPIDERFOOT_TRUSTED_PROXIES` (both comma-separated).
 * @throws ConfigurationError that names the variable
 * @example
 * const { host, port, options } = readEnvironment();
 * const receiver = createReceiver(options);
 */
export function readEnvironment(
  env: Readonly<Record<string, string | undefined>> = process.env,
): Environment {
  const secret = env.SPIDERFOOT_WEBHOOK_SECRET;
  if (secret === undefined || secret === '') {
    throw new ConfigurationError(
      'SPIDERFOOT_WEBHOOK_SECRET',
      "is not set. Set it to the secret of SpiderFoot's [webhooks] section.",
    );
  }
  const previous = env.SPIDERFOOT_WEBHOOK_SECRET_PREVIOUS;
  const allowedIps = readList('SPIDERFOOT_ALLOWED_IPS', env.SPIDERFOOT_ALLOWED_IPS);
  const trustedProxies = readList('SPIDERFOOT_TRUSTED_PROXIES', env.SPIDERFOOT_TRUSTED_PROXIES);
  return {
    ...readListenAddress(env),
    options: {
      secret: previous === undefined || previous === '' ? secret : [secret, previous],
      ...(allowedIps && { allowedIps }),
      ...(trustedProxies && { trustedProxies }),
    },
  };
}

/**
 * Read only `HOST` (default 127.0.0.1) and `PORT` (default 3000; 0 selects a free port), for a program that loads its
 * receivers from a file.
 * @throws ConfigurationError that names the variable
 * @example
 * const { endpoints } = loadConfig('spiderfoot.ini');
 * await serve(app, receiver, readListenAddress());
 */
export function readListenAddress(
  env: Readonly<Record<string, string | undefined>> = process.env,
): ListenAddress {
  return { host: env.HOST || '127.0.0.1', port: readPort(env.PORT) };
}

function readPort(text: string | undefined): number {
  if (text === undefined || text === '') return 3000;
  const port = Number(text);
  if (Number.isInteger(port) && port >= 0 && port <= 65535) return port;
  throw new ConfigurationError(
    'PORT',
    `is ${JSON.stringify(text)}, but must be a whole number from 0 to 65535.`,
  );
}

function readList(name: string, text: string | undefined): readonly string[] | undefined {
  if (text === undefined || text === '') return undefined;
  const entries = text
    .split(',')
    .map((entry) => entry.trim())
    .filter((entry) => entry !== '');
  if (entries.length > 0) return entries;
  // Probably two unset variables, joined by a comma. Accepting every address would be dangerous.
  throw new ConfigurationError(
    name,
    `is ${JSON.stringify(text)}, which contains no address. Separate addresses by commas, or unset the variable.`,
  );
}

/**
 * End a program that could not start, with exit code 1. Standard error gets the message of a `ConfigurationError`, or any
 * other error with its stack.
 * @example
 * main().catch(exitWithReason);
 */
export function exitWithReason(error: unknown): never {
  console.error(error instanceof ConfigurationError ? error.message : error);
  process.exit(1);
}
