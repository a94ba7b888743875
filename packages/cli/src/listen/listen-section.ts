import { didYouMean, parseDuration } from '@spiderfoot-webhooks/core/config/values';
import type { ListenFlags } from './flags.ts';

/** The settings of a server that the section `[listen]` of the configuration file can contain. */
type ServerSettings = Pick<ListenFlags, 'retention' | 'concurrency'>;

const keys = ['retention', 'concurrency'] as const;

/**
 * Read the section `[listen]` of the `--config` file, and combine it with the flags.
 * @throws ConfigurationError that names the line and the key
 */
export async function readServerSettings(flags: ListenFlags): Promise<ServerSettings> {
  const { config, retention, concurrency } = flags;
  const given = { ...(retention && { retention }), ...(concurrency && { concurrency }) };
  if (config === undefined) return given;
  const { loadOwnSections } = await import('@spiderfoot-webhooks/core/config');
  const [section] = loadOwnSections(config, 'listen');
  if (section === undefined) return given;
  const { values, fail } = section;
  for (const key of values.keys()) {
    const flag = keys.find((known) => known === key);
    if (flag === undefined) {
      fail(key, `is not a key of [listen].${didYouMean(key, keys)} Its keys are ${keys.join(', ')}.`);
    }
    if (flag !== undefined && given[flag] !== undefined)
      fail(key, `is also given as --${flag}. Remove one of them.`);
  }
  const age = values.get('retention');
  const count = values.get('concurrency');
  const maxAge =
    age === undefined ? undefined : parseDuration(age) || fail('retention', 'must be an age such as 90d.');
  if (count !== undefined && !/^[1-9]\d{0,4}$/.test(count))
    fail('concurrency', 'must be a whole number, at least 1.');
  return {
    ...given,
    ...(maxAge !== undefined && { retention: maxAge }),
    ...(count !== undefined && { concurrency: Number(count) }),
  };
}
