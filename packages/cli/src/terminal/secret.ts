import { isUtf8 } from 'node:buffer';
import type { Command } from 'commander';
import { UsageFailure } from './failure.ts';
import { readFileUpTo } from './input.ts';

/** What the options of {@link addSecretOptions} give. */
export interface SecretOptions {
  readonly secret?: string;
  readonly secretFile?: string;
}

const variable = 'SPIDERFOOT_WEBHOOK_SECRET';

/** The ways to give a secret. */
export function addSecretOptions(command: Command): Command {
  return command
    .option('--secret <text>', `the shared secret (seen by whoever lists processes; better ${variable}, or:)`)
    .option('--secret-file <path>', 'a file that holds the secret, and perhaps a newline after it');
}

/** The secret that was given: by `--secret`, in a file, or in the environment. */
export async function findSecret({ secret, secretFile }: SecretOptions): Promise<string | undefined> {
  if (secret !== undefined && secretFile !== undefined) {
    throw new UsageFailure('--secret and --secret-file do not go together.');
  }
  if (secretFile !== undefined) return readSecretFile(secretFile);
  return secret ?? (process.env[variable] || undefined);
}

/** Bytes: more than any secret has. */
const longestFile = 64 * 1024;

/** The secret in a file; editors and echo end it with a newline. */
export async function readSecretFile(path: string): Promise<string> {
  const bytes = await readFileUpTo(longestFile, path);
  // Otherwise what cannot be read would be replaced, and the secret be another one.
  if (!isUtf8(bytes)) throw new UsageFailure(`${path} holds no secret: it is not a text in UTF-8.`);
  return bytes.toString().replace(/\r?\n$/, '');
}

/** The secret that was given, where there has to be one. */
export async function requireSecret(options: SecretOptions): Promise<string> {
  const secret = await findSecret(options);
  if (secret !== undefined && secret !== '') return secret;
  throw new UsageFailure(
    secret === '' ? 'The secret is empty.' : 'No secret is given.',
    `Set ${variable}, or give --secret-file.`,
  );
}
