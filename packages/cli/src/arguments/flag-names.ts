import { UsageFailure } from '../failure/failure.ts';

/** The command line flags for the options of the kit's functions. */
const flags: Readonly<Record<string, string>> = {
  allowedIps: '--allow-ip',
  before: '--before',
  concurrency: '--concurrency',
  cursor: '--cursor',
  events: '--events',
  host: '--host',
  keep: '--keep',
  keepRejected: '--keep-rejected',
  limit: '--limit',
  maxBodySize: '--max-body',
  path: '--store',
  port: '--port',
  retention: '--retention',
  'retention.maxAge': '--retention',
  secret: 'The secret',
  store: '--store',
  text: '--text',
  tls: '--tls-cert, --tls-key or --client-ca',
  trustedProxies: '--trust-proxy',
};

/**
 * Run a function. If it rejects an option, throw an error with the name of the flag.
 * @param names the names of options that this command does not read from their usual flag
 */
export async function withFlagNames<Result>(
  run: () => Promise<Result>,
  names: Readonly<Record<string, string>> = {},
): Promise<Result> {
  try {
    return await run();
  } catch (error) {
    if (isAboutConfigFile(error)) throw new UsageFailure(error.message.replace('Option "path"', '--config'));
    const option = optionAtFault(error);
    const flag = option === undefined ? undefined : (names[option] ?? nameOf(option));
    if (flag === undefined || !(error instanceof Error)) throw error;
    throw new UsageFailure(error.message.replace(`Option "${option}"`, flag), hintOf(error));
  }
}

/** Return the next step of an error about a store. */
function hintOf(error: Error): string | undefined {
  if ('package' in error) return `If you installed the command with -g, run: npm install -g ${error.package}`;
  if (!error.message.includes('migrationSql()')) return undefined;
  return 'To create or update the tables, run `spiderfoot-webhooks migrate`. To see its SQL, add --print.';
}

/** Return the name of an option in the command line. Names of environment variables stay unchanged. */
function nameOf(option: string): string | undefined {
  if (/^[A-Z\d_]+$/.test(option)) return option;
  return Object.hasOwn(flags, option) ? flags[option] : undefined;
}

/** Return whether an error is about a configuration file itself, and not about one of its keys. */
function isAboutConfigFile(error: unknown): error is Error {
  return error instanceof Error && 'file' in error && 'key' in error && error.key === undefined;
}

/**
 * Return the invalid option of a ConfigurationError. An error in a configuration file names a key of the file, so its
 * message stays unchanged. The class is recognized by its name; `reportFailure` explains why.
 */
function optionAtFault(error: unknown): string | undefined {
  if (!(error instanceof Error) || error.name !== 'ConfigurationError' || 'file' in error) return undefined;
  return 'option' in error && typeof error.option === 'string' ? error.option : undefined;
}
