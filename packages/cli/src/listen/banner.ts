import { errorColors } from '../terminal/color.ts';
import { invocation, shellWord } from '../terminal/invocation.ts';
import { printable } from '../terminal/printable.ts';

/** What is told once, at the start. */
export interface Banner {
  /** Of the webhooks. */
  readonly urls: readonly string[];
  readonly metricsUrl: string | undefined;
  readonly madeSecret: string | undefined;
  /** Where the secret was read from, of a file. */
  readonly secretFile: string | undefined;
  readonly insecure: boolean;
  readonly database: string | undefined;
  readonly queued: boolean;
  readonly remarks: readonly string[];
}

/** The lines that say where it listens, and how to send it an event. */
export function bannerLines(beginning: Banner): readonly string[] {
  const { urls, metricsUrl, madeSecret, secretFile, insecure, database, queued, remarks } = beginning;
  const { bold, dim, yellow } = errorColors;
  const [url = ''] = urls;
  const origin = new URL(url).origin;
  const operations = metricsUrl ?? `${origin} (details and metrics from this machine alone)`;
  const sending = `${invocation()} send scan_completed --url ${url}`;
  const kept =
    database === undefined
      ? 'none: --db webhooks.db keeps what comes'
      : `${printable(database)}, ${queued ? 'answered first and handled afterwards' : 'handled before it is answered'}`;
  return [
    ...urls.map((one) => `${bold('listening on')} ${one}`),
    `${dim('health, metrics')} ${operations}`,
    `${dim('database')} ${kept}`,
    ...remarks.map((remark) => yellow(printable(remark))),
    '',
    ...(insecure
      ? [
          errorColors.bold(
            yellow(
              'UNVERIFIED: --insecure takes whatever is sent. Anybody who reaches this port can make up events.',
            ),
          ),
          `Send it one:  ${sending} --secret any`,
        ]
      : madeSecret === undefined
        ? [
            `Send it one:  ${sending} --secret-file ${secretFile === undefined ? 'FILE' : printable(shellWord(secretFile))}`,
          ]
        : [
            `The secret, made for this run: ${madeSecret}`,
            `Send it one:  ${sending} --secret ${madeSecret}`,
          ]),
    dim('Ctrl-C stops it.'),
    '',
  ];
}
