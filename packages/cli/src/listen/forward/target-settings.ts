import { didYouMean } from '@spiderfoot-webhooks/core/config/values';
import { UsageFailure } from '../../failure/failure.ts';
import { isTargetKind, keysByKind, type TargetKey, type TargetKind, targetKinds } from './target-kinds.ts';

/** The settings of a target, as the command line or the configuration file contains them. */
export interface TargetSettings {
  readonly kind: TargetKind;
  /** NAME in `[forward:NAME]`. */
  readonly name: string | undefined;
  /** The folder for relative paths. */
  readonly folder: string;
  /** Return the value of a key. Only keys of the kind are present. */
  get(key: TargetKey): string | undefined;
  /** Throw an error that names the option and its place. @param problem never contains a secret */
  fail(key: TargetKey, problem: string): never;
}

/**
 * Read a value of `--forward`: `KIND=URL`, and after it the keys of a section `[forward:NAME]`, such as `severity=HIGH`.
 * @throws UsageFailure, which never contains a value
 */
export function settingsFromFlag(text: string): TargetSettings {
  const [first = '', ...others] = text.trim().split(/\s+/);
  const [, kind = '', url = ''] = /^([^=]+)=(.+)$/s.exec(first) ?? [];
  if (!isTargetKind(kind)) {
    throw new UsageFailure(
      `--forward must be KIND=URL. KIND is one of ${targetKinds.join(', ')}.${didYouMean(kind, targetKinds)}`,
    );
  }
  const fail = (key: string, problem: string): never => {
    throw new UsageFailure(`--forward ${kind}: "${key}" ${problem}`);
  };
  const values = new Map([['url', url]]);
  for (const word of others) {
    const [, key, value] = /^([a-z]+)=(.+)$/s.exec(word) ?? [];
    // The word is not quoted, because it may be a part of a secret.
    if (key === undefined || value === undefined) {
      throw new UsageFailure(
        `--forward ${kind} contains a word after the URL that is not KEY=VALUE.`,
        'Write a value without spaces, or use a section [forward:NAME] in the --config file.',
      );
    }
    if (values.has(key)) fail(key, 'is set twice.');
    values.set(key, value);
  }
  return checkedSettings(kind, undefined, process.cwd(), values, fail);
}

/** Read the sections `[forward:NAME]` of a configuration file. @throws ConfigurationError that names the line and the key */
export async function settingsFromConfig(path: string): Promise<readonly TargetSettings[]> {
  const { loadOwnSections } = await import('@spiderfoot-webhooks/core/config');
  return loadOwnSections(path, 'forward').map(({ name, folder, values, fail }) => {
    if (name === undefined) return fail('to', 'is in a section without a name. Use [forward:NAME].');
    const kind = values.get('to');
    if (kind === undefined) return fail('to', `is missing. Set it to one of ${targetKinds.join(', ')}.`);
    if (!isTargetKind(kind)) {
      return fail('to', `must be one of ${targetKinds.join(', ')}.${didYouMean(kind, targetKinds)}`);
    }
    const others = new Map([...values].filter(([key]) => key !== 'to'));
    return checkedSettings(kind, name, folder, others, fail);
  });
}

function checkedSettings(
  kind: TargetKind,
  name: string | undefined,
  folder: string,
  values: ReadonlyMap<string, string>,
  fail: (key: string, problem: string) => never,
): TargetSettings {
  const known: readonly string[] = keysByKind[kind];
  for (const [key, value] of values) {
    if (!known.includes(key)) fail(key, unknownKey(kind, key, known));
    if (value === '') fail(key, 'is empty.');
  }
  return { kind, name, folder, get: (key) => values.get(key), fail };
}

function unknownKey(kind: TargetKind, key: string, known: readonly string[]): string {
  if (key === 'throttle') return `is not a key of ${kind}, which gets one record for each event.`;
  return `is not a key of ${kind}.${didYouMean(key, known)} Its keys are ${known.join(', ')}.`;
}
