import { diagnose, type Evidence } from '@spiderfoot-webhooks/diagnose';
import { readConfigEndpoint } from '../arguments/config-endpoint.ts';
import { readInput } from '../arguments/read-input.ts';
import { readSecretFile } from '../arguments/read-secret-file.ts';
import { requireSecret, type SecretOptions } from '../arguments/secret-options.ts';
import { UsageFailure } from '../failure/failure.ts';
import { printJson } from '../terminal/print-json.ts';
import { diagnosisLines, secretLines } from './diagnosis-lines.ts';

/** The options of `diagnose`. */
export interface DiagnoseOptions extends SecretOptions {
  readonly signature?: string;
  readonly header?: Readonly<Record<string, string>>;
  readonly previousSecret?: readonly string[];
  readonly previousSecretFile?: readonly string[];
  readonly showSecrets?: true;
  readonly json?: true;
}

/** The headers that a receiver reads by default, in order. */
const ownHeader = 'x-spiderfoot-signature';
const signatureHeaders = [ownHeader, 'x-spiderfoot-signature-256', 'x-signature-256'];

/** Diagnose the signature in the options. The exit code shows whether the signature is valid. */
export async function run(file: string, options: DiagnoseOptions): Promise<void> {
  const headers = options.header ?? {};
  // With --signature, another header may contain the right signature, so it is searched as one of the other headers.
  const candidates = options.signature === undefined ? signatureHeaders : [ownHeader];
  const signatureHeader = candidates.find((name) => headers[name] !== undefined) ?? ownHeader;
  const { [signatureHeader]: inHeader, ...otherHeaders } = headers;
  const given = options.signature ?? inHeader;
  if (given === undefined && Object.keys(otherHeaders).length === 0) {
    throw new UsageFailure('The signature is missing.', 'Pass --signature, or the headers with --header.');
  }
  const evidence: Evidence = {
    secret: await requireSecret(options),
    previousSecrets: await previousSecrets(options),
    body: await readInput(file),
    signature: given ?? '',
    otherHeaders,
  };
  const diagnosis = diagnose(evidence);
  const { genuine, steps, mistakes, complete, conclusion, expected } = diagnosis;
  const secrets = options.showSecrets === true;
  if (options.json) {
    await printJson({
      genuine,
      steps,
      mistakes: mistakes ?? null,
      complete,
      conclusion,
      ...(secrets && { expected }),
    });
  } else {
    console.log([...diagnosisLines(diagnosis), ...(secrets ? secretLines(diagnosis) : [])].join('\n'));
  }
  if (!genuine) process.exitCode = 1;
}

async function previousSecrets({
  previousSecret = [],
  previousSecretFile = [],
  ...options
}: DiagnoseOptions): Promise<readonly string[]> {
  const inFiles = await Promise.all(previousSecretFile.map(readSecretFile));
  const inEnvironment = process.env.SPIDERFOOT_WEBHOOK_SECRET_PREVIOUS;
  const endpoint = await readConfigEndpoint(options);
  const [, ...inConfig] = [endpoint?.options.secret ?? []]
    .flat()
    .filter((secret) => typeof secret === 'string');
  return [...previousSecret, ...inFiles, ...inConfig, ...(inEnvironment ? [inEnvironment] : [])];
}
