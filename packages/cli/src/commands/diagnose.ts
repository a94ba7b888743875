import { Command, Option } from 'commander';
import { collect, collectHeaders } from '../arguments/option-values.ts';
import { addConfigOptions, addSecretOptions } from '../arguments/secret-options.ts';
import type { DiagnoseOptions } from '../diagnose/run.ts';
import { addExamples } from '../terminal/help.ts';

const description = `Find out why a signature does not match. Check the signature, the body and the secret step by step. Then try common mistakes, alone and in pairs, until one explains the signature.

The body must be exactly as received, byte for byte. The secret and the complete expected signature are shown only with --show-secrets.`;

/** `diagnose`: find out why a signature does not match. */
export function command(): Command {
  const command = new Command()
    .description(description)
    .argument('[file]', 'the file with the body; "-" reads standard input', '-')
    .option('-s, --signature <text>', 'the value of X-SpiderFoot-Signature')
    .option(
      '-H, --header <name: value>',
      'a header of the same request, or @FILE with its headers; may be repeated',
      collectHeaders,
    );
  addConfigOptions(addSecretOptions(command))
    .addOption(
      new Option('--previous-secret <text>', 'a previous secret; may be repeated').argParser(collect),
    )
    .addOption(
      new Option(
        '--previous-secret-file <path>',
        'a file that contains a previous secret; may be repeated',
      ).argParser(collect),
    )
    .option(
      '--show-secrets',
      'show the complete expected signature, and the secret that explains the signature',
    )
    .option('--json', 'print one line of JSON')
    .action(async (file: string, options: DiagnoseOptions) => {
      const { run } = await import('../diagnose/run.ts');
      await run(file, options);
    });
  return addExamples(command, [
    ['diagnose body.json --signature sha256=0f3b…', 'A body, saved byte for byte as it was received'],
    [
      'diagnose body.json -H "X-SpiderFoot-Signature: sha256=0f3b…" -H "X-Signature-256: …"',
      'With all headers of the request',
    ],
    [
      'diagnose rejected/20260131T120000000Z-000001-invalid_signature.body -H @rejected/20260131T120000000Z-000001-invalid_signature.headers',
      'A request that listen --save-rejected saved',
    ],
    [
      'log show 17 --raw | spiderfoot-webhooks diagnose -s sha256=0f3b…',
      'A body from the store of a receiver',
    ],
  ]);
}
