import { isUtf8 } from 'node:buffer';
import type { Command } from 'commander';
import { UsageFailure } from '../failure/failure.ts';
import { readFileUpTo } from './read-input.ts';

/** The values of the options that {@link addSecretOptions} adds. */
export interface SecretOptions {
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
export async function findSecret({ secret, secretFile }: SecretOptions): Promise<string | undefined> {
  if (secret !== undefined && secretFile !== undefined) {
    throw new UsageFailure('--secret and --secret-file cannot be combined.', 'Give only one of them.');
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

/** The maximum size of a secret file in bytes. No secret is that long. */
const longestFile = 64 * 1024;

const byteOrderMarks = [
  [Buffer.from([0xef, 0xbb, 0xbf]), 'UTF-8 with BOM'],
  [Buffer.from([0xff, 0xfe]), 'UTF-16'],
  [Buffer.from([0xfe, 0xff]), 'UTF-16'],
] as const;

/** Read the secret from a file, without the final newline that editors and `echo` add. */
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
  if (!isUtf8(bytes)) throw new UsageFailure(`${path} is not a secret file, because it is not UTF-8 text.`);
  return bytes.toString().replace(/\r?\n$/, '');
}

/** Return the secret. @throws UsageFailure if no secret is given, or it is empty */
export async function requireSecret(options: SecretOptions): Promise<string> {
  const secret = await findSecret(options);
  if (secret !== undefined && secret !== '') return secret;
  throw new UsageFailure(
    secret === '' ? 'The secret is empty.' : 'No secret is given.',
    `Set ${variable}, or give --secret-file.`,
  );
}
