import { isUtf8 } from 'node:buffer';
import type { Command } from 'commander';
import { UsageFailure } from '../failure/failure.ts';
import { readFileUpTo } from './read-input.ts';

/** What the options of {@link addSecretOptions} give. */
export interface SecretOptions {
  readonly secret?: string;
  readonly secretFile?: string;
}

const variable = 'SPIDERFOOT_WEBHOOK_SECRET';

/** The ways to give a secret. */
export function addSecretOptions(command: Command): Command {
  return command
    .option(
      '--secret <text>',
      `the shared secret (visible in the process list; ${variable} or --secret-file is safer)`,
    )
    .option('--secret-file <path>', 'a file that contains the secret; a final newline is ignored');
}

/**
 * Return the secret from `--secret`, a file, or the environment.
 * @throws UsageFailure if the variable is set but empty, or the file is not UTF-8 text
 */
export async function findSecret({ secret, secretFile }: SecretOptions): Promise<string | undefined> {
  if (secret !== undefined && secretFile !== undefined) {
    throw new UsageFailure('--secret and --secret-file do not go together.');
  }
  if (secretFile !== undefined) return readSecretFile(secretFile);
  if (secret !== undefined) return secret;
  const inEnvironment = process.env[variable];
  // The source of a container's variable is probably missing. A generated secret would reject every event.
  if (inEnvironment === '') {
    throw new UsageFailure(`${variable} is set but empty.`, 'Set it to the secret, or remove it.');
  }
  return inEnvironment;
}

/** Bytes: more than any secret has. */
const longestFile = 64 * 1024;

const byteOrderMarks = [
  [Buffer.from([0xef, 0xbb, 0xbf]), 'UTF-8 with BOM'],
  [Buffer.from([0xff, 0xfe]), 'UTF-16'],
  [Buffer.from([0xfe, 0xff]), 'UTF-16'],
] as const;

/** The secret in a file; editors and echo end it with a newline. */
export async function readSecretFile(path: string): Promise<string> {
  const bytes = await readFileUpTo(longestFile, path);
  const mark = byteOrderMarks.find(([begin]) => bytes.subarray(0, begin.length).equals(begin));
  if (mark !== undefined) {
    throw new UsageFailure(
      `${path} begins with a byte order mark, because it was saved as ${mark[1]}.`,
      'Save the file as UTF-8 without BOM. The mark would be part of the secret.',
    );
  }
  // Otherwise, bytes that are not text would be replaced, which changes the secret.
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
