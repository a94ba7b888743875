import { Command } from 'commander';
import { readBody } from '../arguments/read-input.ts';
import {
  addConfigOptions,
  addSecretOptions,
  requireSecret,
  type SecretOptions,
} from '../arguments/secret-options.ts';
import { addExamples } from '../terminal/help.ts';
import { printJson } from '../terminal/print-json.ts';

interface Options extends SecretOptions {
  readonly header?: true;
  readonly json?: true;
}

/** `sign`: write the signature of a body. */
export function command(): Command {
  const command = new Command()
    .description('Write the signature of a body, as SpiderFoot sends it in X-SpiderFoot-Signature.')
    .argument('[file]', 'the file with the body; "-" reads standard input', '-')
    .option('--header', 'write the complete header, for curl -H');
  addConfigOptions(addSecretOptions(command))
    .option('--json', 'print one line of JSON with the signature and the name of its header')
    .action(run);
  return addExamples(command, [
    ['sign body.json', 'The signature of a file'],
    [
      'sign body.json --header | curl --data-binary @body.json -H "Content-Type: application/json" -H @- http://127.0.0.1:3000/webhook',
      'Sign a file, and send it with curl',
    ],
  ]);
}

async function run(file: string, options: Options): Promise<void> {
  const secret = await requireSecret(options);
  // Loaded only here, so that --help does not wait for it.
  const { sign } = await import('@spiderfoot-webhooks/core');
  const signature = await sign(secret, await readBody(file));
  if (options.json) return printJson({ header: 'X-SpiderFoot-Signature', signature });
  console.log(options.header ? `X-SpiderFoot-Signature: ${signature}` : signature);
}
