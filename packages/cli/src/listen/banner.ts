import { defaultSavedSecret } from '../arguments/saved-secret.ts';
import { errorColors } from '../terminal/color.ts';
import { invocation, shellWord } from '../terminal/invocation.ts';
import { printable } from '../terminal/printable.ts';
import type { GeneratedSecret } from './endpoints/plan-endpoints.ts';

/** The settings that the banner shows. */
export interface Banner {
  /** The URLs of the webhooks. */
  readonly urls: readonly string[];
  readonly metricsUrl: string | undefined;
  readonly inspectorUrl: string | undefined;
  /** The URL of the app that gets the events. */
  readonly forwardTo: string | undefined;
  /** The secret, if it was generated. */
  readonly generatedSecret: Pick<GeneratedSecret, 'secret' | 'path'> | undefined;
  /** The file with the secret, if the secret was read from a file. */
  readonly secretFile: string | undefined;
  readonly insecure: boolean;
  /** The location of the store. */
  readonly store: string | undefined;
  readonly queued: boolean;
  readonly remarks: readonly string[];
}

/** Return the lines that are printed at startup: the URLs, and the command that sends an event. */
export function bannerLines(banner: Banner): readonly string[] {
  const {
    urls,
    metricsUrl,
    inspectorUrl,
    forwardTo,
    generatedSecret,
    secretFile,
    insecure,
    store,
    queued,
    remarks,
  } = banner;
  const { bold, dim, yellow } = errorColors;
  const [url = ''] = urls;
  const origin = new URL(url).origin;
  const operations = metricsUrl ?? `${origin} (details and metrics only from this machine)`;
  const sendCommand = `${invocation()} send scan_completed --url ${url}`;
  const storeText =
    store === undefined
      ? 'none; to keep deliveries, add --store webhooks.db'
      : `${printable(store)}, events are handled ${queued ? 'after' : 'before'} the response`;
  return [
    ...urls.map((webhookUrl) => `${bold('listening on')} ${webhookUrl}`),
    ...(inspectorUrl === undefined ? [] : [`${bold('inspector')} ${inspectorUrl}`]),
    ...(forwardTo === undefined ? [] : [`${bold('forwarding to')} ${printable(forwardTo)}`]),
    `${dim('health, metrics')} ${operations}`,
    `${dim('store')} ${storeText}`,
    ...remarks.map((remark) => yellow(printable(remark))),
    '',
    ...(insecure
      ? [
          errorColors.bold(
            yellow(
              'UNVERIFIED: --insecure accepts unsigned events. Anyone who can reach this port can forge events.',
            ),
          ),
          `Send an event:  ${sendCommand} --secret any`,
        ]
      : generatedSecret === undefined
        ? [
            `Send an event:  ${sendCommand} --secret-file ${secretFile === undefined ? 'FILE' : printable(shellWord(secretFile))}`,
            ...(secretFile === undefined
              ? [dim('FILE is the path of a file that contains the secret.')]
              : []),
          ]
        : [
            `The secret, generated ${generatedSecret.path === undefined ? 'for this run' : `and kept in ${printable(generatedSecret.path)}`}: ${generatedSecret.secret}`,
            `Send an event:  ${sendCommand}${secretArgument(generatedSecret)}`,
          ]),
    dim('Press Ctrl-C to stop.'),
    '',
  ];
}

/** `send` finds the default file in the current folder. */
function secretArgument({ secret, path }: Pick<GeneratedSecret, 'secret' | 'path'>): string {
  if (path === undefined) return ` --secret ${secret}`;
  const isFound = path === defaultSavedSecret || `./${defaultSavedSecret}` === path;
  return isFound ? '' : ` --secret-file ${printable(shellWord(path))}`;
}
