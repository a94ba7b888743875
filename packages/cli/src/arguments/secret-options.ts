import type { EndpointConfig } from '@spiderfoot-webhooks/core/config';
import type { Command } from 'commander';
import { UsageFailure } from '../failure/failure.ts';
import { type ConfigOptions, readConfigEndpoint } from './config-endpoint.ts';
import { readSecretFile } from './read-secret-file.ts';

/** The values of the options that {@link addSecretOptions} adds. */
export interface SecretOptions extends ConfigOptions {
  readonly secret?: string;
  readonly secretFile?: string;
}

const variable = 'SPIDERFOOT_WEBHOOK_SECRET';

/** Add the options that specify the secret. */
export function addSecretOptions(command: Command): Command {
  return command
    .option(
      '--secret <text>',
      `the shared secret (visible in the process list; ${variable} or --secret-file is safer)`,
    )
    .option('--secret-file <path>', 'the file that contains the secret; a final newline is ignored');
}

/**
 * Return the secret from `--secret`, a file, or the environment.
 * @throws UsageFailure if the variable is set but empty, or the file is not UTF-8 text
 */
export async function findSecret(options: SecretOptions): Promise<string | undefined> {
  const { secret, secretFile } = options;
  const endpoint = await readConfigEndpoint(options);
  if (endpoint !== undefined) {
    if ((secret ?? secretFile) !== undefined) {
      throw new UsageFailure(
        '--config cannot be combined with --secret or --secret-file.',
        'Remove one of them.',
      );
    }
    return currentSecret(endpoint);
  }
  if (secret !== undefined && secretFile !== undefined) {
    throw new UsageFailure('--secret and --secret-file cannot be combined.', 'Pass only one of them.');
  }
  if (secretFile !== undefined) return readSecretFile(secretFile);
  if (secret !== undefined) return secret;
  const inEnvironment = process.env[variable];
  // A container probably got no value for the variable. A generated secret would reject every event.
  if (inEnvironment === '') {
    throw new UsageFailure(`${variable} is set but empty.`, 'Set it to the secret, or remove it.');
  }
  return inEnvironment;
}

/** Return the secret with which the sender signs. The others are previous secrets. */
function currentSecret({ options }: EndpointConfig): string | undefined {
  return [options.secret].flat().find((secret) => typeof secret === 'string');
}

/** Add `--config`, as another source of the secret. */
export function addConfigOptions(command: Command): Command {
  return command
    .option('--config <file>', "SpiderFoot's INI file, which contains the secret")
    .option('--endpoint <name>', 'the endpoint in that file, if it has several: NAME of [webhooks:NAME]');
}

async function findSavedSecret(): Promise<string | undefined> {
  // Loaded only here, because most commands are given a secret.
  const { defaultSavedSecret, readSavedSecret, savedSecretPath } = await import('./saved-secret.ts');
  const store = process.env.SPIDERFOOT_WEBHOOK_STORE;
  const path = store ? savedSecretPath(store) : defaultSavedSecret;
  return path === undefined ? undefined : readSavedSecret(path);
}

/**
 * Return the secret. If none is given, return the one that `listen` generated in this folder.
 * @throws UsageFailure if no secret is given, or it is empty
 */
export async function requireSecret(options: SecretOptions): Promise<string> {
  const secret = (await findSecret(options)) ?? (await findSavedSecret());
  if (secret !== undefined && secret !== '') return secret;
  throw new UsageFailure(
    secret === '' ? 'The secret is empty.' : 'The secret is missing.',
    `Set ${variable}, or pass --secret-file.`,
  );
}
