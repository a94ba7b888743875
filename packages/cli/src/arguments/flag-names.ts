import { UsageFailure } from '../failure/failure.ts';

/** How the options of the kit's functions are called in a command line. */
const flags: Readonly<Record<string, string>> = {
  allowedIps: '--allow-ip',
  apiKey: 'SPIDERFOOT_SIEM_API_KEY',
  before: '--before',
  cursor: '--cursor',
  endpoint: '--forward siem=URL',
  events: '--events',
  host: '--host',
  keep: '--keep',
  limit: '--limit',
  maxBodySize: '--max-body',
  path: '--db',
  port: '--port',
  secret: 'The secret',
  text: '--text',
  tls: '--tls-cert, --tls-key or --client-ca',
  trustedProxies: '--trust-proxy',
  url: '--forward',
};

/** Run a function. If it rejects an option, throw an error with the name of the flag. */
export async function withFlagNames<Result>(run: () => Promise<Result>): Promise<Result> {
  try {
    return await run();
  } catch (error) {
    if (isAboutConfigFile(error)) throw new UsageFailure(error.message.replace('Option "path"', '--config'));
    const option = optionAtFault(error);
    const flag = option === undefined ? undefined : nameOf(option);
    if (flag === undefined || !(error instanceof Error)) throw error;
    throw new UsageFailure(error.message.replace(`Option "${option}"`, flag));
  }
}

/** Names of environment variables are kept. */
function nameOf(option: string): string | undefined {
  if (/^[A-Z\d_]+$/.test(option)) return option;
  return Object.hasOwn(flags, option) ? flags[option] : undefined;
}

/** Of a whole configuration file there is no key at fault. */
function isAboutConfigFile(error: unknown): error is Error {
  return error instanceof Error && 'file' in error && 'key' in error && error.key === undefined;
}

/** Of a ConfigurationError, by its name: see `reportFailure`. One of a file tells of the file's keys. */
function optionAtFault(error: unknown): string | undefined {
  if (!(error instanceof Error) || error.name !== 'ConfigurationError' || 'file' in error) return undefined;
  return 'option' in error && typeof error.option === 'string' ? error.option : undefined;
}
