import { didYouMean, parseDuration } from '@spiderfoot-webhooks/core/config/values';
import type { ListenFlags } from './flags.ts';

/** The settings of a server that the section `[listen]` of the configuration file can contain. */
type ServerSettings = Pick<ListenFlags, 'retention' | 'concurrency' | 'maxOldestSeconds' | 'maxDeadLetters'>;

/** A key of `[listen]`. */
interface Setting {
  readonly key: string;
  readonly name: keyof ServerSettings;
  /** Return the value, or `undefined` if the text is invalid. */
  readonly read: (text: string) => number | undefined;
  /** The rule for the value, for the error. */
  readonly rule: string;
}

const settings: readonly Setting[] = [
  {
    key: 'retention',
    name: 'retention',
    read: (text) => parseDuration(text) || undefined,
    rule: 'must be an age such as 90d.',
  },
  {
    key: 'concurrency',
    name: 'concurrency',
    read: (text) => (/^[1-9]\d{0,4}$/.test(text) ? Number(text) : undefined),
    rule: 'must be a whole number, at least 1.',
  },
  {
    key: 'max_oldest_seconds',
    name: 'maxOldestSeconds',
    read: wholeNumber,
    rule: 'must be a whole number of seconds, such as 900.',
  },
  {
    key: 'max_dead_letters',
    name: 'maxDeadLetters',
    read: wholeNumber,
    rule: 'must be a whole number, at least 0.',
  },
];

const keys = settings.map(({ key }) => key);

/**
 * Read the section `[listen]` of the `--config` file, and combine it with the flags.
 * @throws ConfigurationError that names the line and the key
 */
export async function readServerSettings(flags: ListenFlags): Promise<ServerSettings> {
  const given: Partial<Record<keyof ServerSettings, number>> = {};
  for (const { name } of settings) {
    const value = flags[name];
    if (value !== undefined) given[name] = value;
  }
  if (flags.config === undefined) return given;
  const { loadOwnSections } = await import('@spiderfoot-webhooks/core/config');
  const [section] = loadOwnSections(flags.config, 'listen');
  if (section === undefined) return given;
  const { values, fail } = section;
  for (const [key, text] of values) {
    const setting = settings.find((known) => known.key === key);
    if (setting === undefined) {
      return fail(key, `is not a key of [listen].${didYouMean(key, keys)} Its keys are ${keys.join(', ')}.`);
    }
    if (given[setting.name] !== undefined) {
      fail(key, `is also set with --${key.replaceAll('_', '-')}. Remove one of them.`);
    }
    given[setting.name] = setting.read(text) ?? fail(key, setting.rule);
  }
  return given;
}

function wholeNumber(text: string): number | undefined {
  return /^\d{1,9}$/.test(text) ? Number(text) : undefined;
}
