import { Command } from 'commander';
import { readBody } from '../arguments/read-input.ts';
import { addSecretOptions, requireSecret, type SecretOptions } from '../arguments/secret-options.ts';
import { outColors } from '../terminal/color.ts';
import { addExamples } from '../terminal/help.ts';

interface Options extends SecretOptions {
  readonly signature: string;
}

export function command(): Command {
  const command = new Command()
    .description(
      'Check whether a signature belongs to a body, as a receiver does. Exits with 1 if it does not.',
    )
    .argument('[file]', 'the body, byte for byte as received; standard input if it is "-" or missing', '-')
    .requiredOption('-s, --signature <text>', 'the value of X-SpiderFoot-Signature');
  addSecretOptions(command).action(run);
  return addExamples(command, [
    ['verify body.json --signature sha256=0f3b…', 'The body of a file'],
    ['sign body.json | xargs spiderfoot-webhooks verify body.json --signature', 'Sign and verify'],
  ]);
}

async function run(file: string, options: Options): Promise<void> {
  const secret = await requireSecret(options);
  // Not before: a help must not wait for it.
  const { verify } = await import('@spiderfoot-webhooks/core');
  if (await verify(secret, await readBody(file), options.signature)) {
    console.log(outColors.green('The signature is right.'));
    return;
  }
  console.log(outColors.red('The signature is not right.'));
  console.error('spiderfoot-webhooks diagnose, with the same arguments, finds out why.');
  process.exitCode = 1;
}
