import { Command } from 'commander';
import { parseDuration, parseUrl } from '../arguments/option-values.ts';
import {
  addConfigOptions,
  addSecretOptions,
  findSecret,
  type SecretOptions,
} from '../arguments/secret-options.ts';
import { type ClientTlsFiles, readClientTls } from '../connection/client-tls.ts';
import type { Finding } from '../doctor/finding.ts';
import { addExamples } from '../terminal/help.ts';
import { printJson } from '../terminal/print-json.ts';
import { columnsOf } from '../terminal/terminal-width.ts';

interface DoctorFlags extends SecretOptions, ClientTlsFiles {
  readonly timeout?: number;
  readonly json?: true;
}

const description = `Check a running receiver from the outside: whether SpiderFoot can send events to its address, whether it can be reached, its certificate, its health, and its responses. doctor sends a GET request, an event without a signature and a tampered event.

If you pass the secret, doctor also sends a signed event of the type webhook.test twice. The receiver's handlers run once for it.

The exit code is 1 if a check fails. A warning is not a failure.`;

/** `doctor`: check a running receiver from outside. */
export function command(): Command {
  const doctor = new Command('doctor')
    .description(description)
    .argument('<url>', "the webhook's URL", parseUrl);
  addConfigOptions(addSecretOptions(doctor))
    .option('--ca <file>', "the file of the certificate authority to trust instead of the system's, in PEM")
    .option('--client-cert <file>', 'the file of a client certificate to send, in PEM')
    .option('--client-key <file>', 'the file of its private key, if the key is in another file')
    .option(
      '--timeout <time>',
      'the time limit for each response (default: 10s, as in SpiderFoot)',
      parseDuration,
    )
    .option('--json', 'print a line of JSON for each check')
    .action(
      async (url: string, { timeout = 10_000, json, ca, clientCert, clientKey, ...secret }: DoctorFlags) => {
        const receiver = {
          url: new URL(url),
          secret: await findSecret(secret),
          timeout,
          tls: await readClientTls({ ca, clientCert, clientKey }),
        };
        const { runChecks } = await import('../doctor/run-checks.ts');
        const { findingLines } = await import('../doctor/finding-lines.ts');
        const findings: Finding[] = [];
        for await (const finding of runChecks(receiver)) {
          findings.push(finding);
          if (json === true) await printJson(finding);
          else console.log(findingLines(finding, columnsOf()).join('\n'));
        }
        if (findings.some(({ verdict }) => verdict === 'fail')) process.exitCode = 1;
      },
    );
  return addExamples(doctor, [
    ['doctor http://127.0.0.1:3000/webhook --secret-file secret.txt', 'A receiver on this machine'],
    [
      'doctor https://hooks.example.com/webhook --ca ca.pem',
      'A receiver with a certificate from your own authority',
    ],
    [
      'doctor https://hooks.example.com/webhook --json',
      'A line of JSON for each check that works without the secret',
    ],
  ]);
}
