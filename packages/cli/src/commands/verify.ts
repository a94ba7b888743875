import { Command } from 'commander';
import { readBody } from '../arguments/read-input.ts';
import {
  addConfigOptions,
  addSecretOptions,
  requireSecret,
  type SecretOptions,
} from '../arguments/secret-options.ts';
import { outColors } from '../terminal/color.ts';
import { addExamples } from '../terminal/help.ts';
import { printJson } from '../terminal/print-json.ts';

interface Options extends SecretOptions {
  readonly signature: string;
  readonly json?: true;
}

/** `verify`: check whether a signature belongs to a body. */
export function command(): Command {
  const command = new Command()
    .description(
      'Check whether a signature belongs to a body, as a receiver does. If it does not, the exit code is 1.',
    )
    .argument('[file]', 'the file with the body, byte for byte as received; "-" reads standard input', '-')
    .requiredOption('-s, --signature <text>', 'the value of X-SpiderFoot-Signature');
  addConfigOptions(addSecretOptions(command))
    .option('--json', 'print the result as one line of JSON')
    .action(run);
  return addExamples(command, [
    ['verify body.json --signature sha256=0f3b…', 'The signature of a file'],
    ['sign body.json | xargs spiderfoot-webhooks verify body.json --signature', 'Sign and verify'],
  ]);
}

async function run(file: string, options: Options): Promise<void> {
  const secret = await requireSecret(options);
  // Loaded only here, so that --help does not wait for it.
  const { verify } = await import('@spiderfoot-webhooks/core');
  const isValid = await verify(secret, await readBody(file), options.signature);
  if (!isValid) process.exitCode = 1;
  if (options.json) return printJson({ valid: isValid });
  if (isValid) {
    console.log(outColors.green('The signature is valid.'));
    return;
  }
  console.log(outColors.red('The signature is not valid.'));
  console.error('To find out why, run `spiderfoot-webhooks diagnose` with the same arguments.');
}
