import { Command, Option } from 'commander';
import { diagnose } from '../diagnose/diagnose.ts';
import { diagnosisLines, secretLines } from '../diagnose/report.ts';
import type { Evidence } from '../diagnose/search.ts';
import { UsageFailure } from '../terminal/failure.ts';
import { addExamples } from '../terminal/help.ts';
import { readInput } from '../terminal/input.ts';
import { printJson } from '../terminal/json.ts';
import { addSecretOptions, readSecretFile, requireSecret, type SecretOptions } from '../terminal/secret.ts';
import { collect, collectHeader } from '../terminal/values.ts';

interface Options extends SecretOptions {
  readonly signature?: string;
  readonly header?: Readonly<Record<string, string>>;
  readonly previousSecret?: readonly string[];
  readonly previousSecretFile?: readonly string[];
  readonly showSecrets?: true;
  readonly json?: true;
}

const description = `Find out why a signature does not fit: look at the signature, the body and the secret step by step, then try what people get wrong, alone and two at once, until one explains the signature.

The body has to be as it was received, byte for byte. Neither the secret nor the whole expected signature is shown, unless asked for.`;

export function command(): Command {
  const command = new Command()
    .description(description)
    .argument('[file]', 'the body; standard input where it is "-" or missing', '-')
    .option('-s, --signature <text>', 'the value of X-SpiderFoot-Signature')
    .option('-H, --header <name: value>', 'a header of the same request; may be repeated', collectHeader);
  addSecretOptions(command)
    .addOption(
      new Option('--previous-secret <text>', 'a secret of former times; may be repeated').argParser(collect),
    )
    .addOption(
      new Option('--previous-secret-file <path>', 'a file that holds one; may be repeated').argParser(
        collect,
      ),
    )
    .option('--show-secrets', 'show the expected signature, and the secret that fits')
    .option('--json', 'one line of JSON')
    .action(run);
  return addExamples(command, [
    ['diagnose body.json --signature sha256=0f3b…', 'A body that was saved as it came'],
    [
      'diagnose body.json -H "X-SpiderFoot-Signature: sha256=0f3b…" -H "X-Signature-256: …"',
      'With all its headers',
    ],
    ['log show 17 --raw | spiderfoot-webhooks diagnose -s sha256=0f3b…', 'Out of the log'],
  ]);
}

const signatureHeader = 'x-spiderfoot-signature';

async function run(file: string, options: Options): Promise<void> {
  const { [signatureHeader]: inHeader, ...otherHeaders } = options.header ?? {};
  const signature = options.signature ?? inHeader ?? '';
  if (signature === '' && Object.keys(otherHeaders).length === 0) {
    throw new UsageFailure('No signature is given.', 'Give --signature, or the headers with --header.');
  }
  const evidence: Evidence = {
    secret: await requireSecret(options),
    previousSecrets: await previousSecrets(options),
    body: await readInput(file),
    signature,
    otherHeaders,
  };
  const diagnosis = diagnose(evidence);
  const { genuine, steps, mistakes, complete, expected } = diagnosis;
  const secrets = options.showSecrets === true;
  if (options.json) {
    const shown = { genuine, steps, mistakes: mistakes ?? null, complete, ...(secrets && { expected }) };
    await printJson(shown);
  } else {
    console.log([...diagnosisLines(diagnosis), ...(secrets ? secretLines(diagnosis) : [])].join('\n'));
  }
  if (!genuine) process.exitCode = 1;
}

async function previousSecrets({
  previousSecret = [],
  previousSecretFile = [],
}: Options): Promise<readonly string[]> {
  const inFiles = await Promise.all(previousSecretFile.map(readSecretFile));
  const inEnvironment = process.env.SPIDERFOOT_WEBHOOK_SECRET_PREVIOUS;
  return [...previousSecret, ...inFiles, ...(inEnvironment ? [inEnvironment] : [])];
}
