import { didYouMean, storedStates } from '@spiderfoot-webhooks/core/config/values';
import type {
  DeliveryFilter,
  DeliveryStore,
  StoreCapability,
  StoredState,
} from '@spiderfoot-webhooks/core/stores';
import { type Command, InvalidArgumentError, Option } from 'commander';
import { parseTime } from '../time/time-values.ts';
import { checkEndpoints } from './known-endpoints.ts';
import { typesOf } from './matching-types.ts';

/** The flag for the store. */
export interface StoreFlags {
  readonly store?: string;
}

/** Selects deliveries. A list matches any of its values. */
export interface FilterFlags {
  readonly type?: readonly string[];
  readonly state?: readonly StoredState[];
  readonly endpoint?: readonly string[];
  readonly since?: Date;
  readonly until?: Date;
  readonly scan?: readonly string[];
  readonly target?: readonly string[];
  readonly text?: string;
}

/** Add the option for the store. */
export function addStore(command: Command): Command {
  return command.option(
    '--store <location>',
    "the receiver's store: a SQLite file, a postgres:// URL or a redis:// URL (default: SPIDERFOOT_WEBHOOK_STORE, or webhooks.db)",
  );
}

const filterOptions = {
  type: () =>
    new Option(
      '--type <type>',
      'an event type, alias or category: scan_completed, scan.completed, finding.*; separate with commas or repeat for several',
    ).argParser(collectList),
  state: () =>
    stateOption(
      '--state <state>',
      'the state of the delivery; separate with commas or repeat for several',
      storedStates,
    ),
  endpoint: () =>
    new Option('--endpoint <name>', 'the endpoint of the delivery; repeat for several').argParser(
      collectText,
    ),
  since: () =>
    new Option(
      '--since <time>',
      'received at or after this time: 2h, 7d, 2026-01-31, 2026-01-31T12:00',
    ).argParser(once(readTime)),
  until: () => new Option('--until <time>', 'received before this time').argParser(once(readTime)),
  scan: () => new Option('--scan <id>', "the event's scan_id; repeat for several").argParser(collectText),
  target: () =>
    new Option('--target <name>', "the event's target; repeat for several").argParser(collectText),
  text: () =>
    new Option('--text <words>', 'words in the body, or the beginnings of words').argParser(once(asText)),
} as const satisfies Record<keyof FilterFlags, () => Option>;

/** Create an option for states, which may be repeated. */
export function stateOption<Known extends StoredState>(
  flags: string,
  description: string,
  known: readonly Known[],
): Option {
  const read = (name: string): Known => {
    const state = known.find((each) => each === name);
    if (state !== undefined) return state;
    throw new InvalidArgumentError(`Allowed choices are ${known.join(', ')}.${didYouMean(name, known)}`);
  };
  return new Option(flags, description)
    .choices(known)
    .argParser((text: string, before: readonly Known[] = []) => [...before, ...collectList(text).map(read)]);
}

/** Collect a list. `a,b` in one option is the same list as `a` and `b` in two options. */
function collectList(text: string, before: readonly string[] = []): readonly string[] {
  return text.split(',').reduce((all, entry) => collectText(entry.trim(), all), before);
}

function collectText(text: string, before: readonly string[] = []): readonly string[] {
  return [...before, asText(text)];
}

function asText(text: string): string {
  if (text.trim() !== '') return text;
  throw new InvalidArgumentError('The value must not be empty.');
}

/** Reject a repeated option. Otherwise, the second value would silently replace the first. */
function once<Value>(read: (text: string) => Value): (text: string, before: Value | undefined) => Value {
  return (text, before) => {
    if (before === undefined) return read(text);
    throw new InvalidArgumentError('The option is used more than once. Use it only once.');
  };
}

/** Add the options that select deliveries, or some of these options. */
export function addFilters(
  command: Command,
  names: readonly (keyof FilterFlags)[] = [
    'type',
    'state',
    'endpoint',
    'since',
    'until',
    'scan',
    'target',
    'text',
  ],
): Command {
  for (const name of names) command.addOption(filterOptions[name]());
  return command;
}

export function readTime(text: string): Date {
  const moment = parseTime(text);
  if (moment !== undefined) return moment;
  throw new InvalidArgumentError(
    'It must be an age (90s, 15m, 2h, 7d, 4w), a date (2026-01-31), or a date and a time (2026-01-31T12:00).',
  );
}

/** Return the capabilities that the filters need. */
export function capabilitiesFor({ text }: FilterFlags): readonly StoreCapability[] {
  return text === undefined ? [] : ['text'];
}

/** Return whether any filter is given. */
export function isFiltered(flags: FilterFlags): boolean {
  return Object.values(flags).some((value) => value !== undefined);
}

/**
 * Convert the flags into a filter of the store.
 * @throws UsageFailure for an unknown type or endpoint, because a misspelled one would find nothing
 */
export async function toFilter(
  store: Pick<DeliveryStore, 'capabilities' | 'list' | 'counts' | 'rejections'>,
  { scan, ...flags }: FilterFlags,
): Promise<DeliveryFilter> {
  const { type, state, endpoint, since, until, target, text } = flags;
  await checkEndpoints(store, endpoint ?? []);
  const types = type === undefined ? undefined : await typesOf(store, type);
  return {
    ...(types !== undefined && { eventType: oneOrSeveral(types) }),
    ...(state !== undefined && { state: oneOrSeveral(state) }),
    ...(endpoint !== undefined && { endpoint: oneOrSeveral(endpoint) }),
    ...(since !== undefined && { since }),
    ...(until !== undefined && { until }),
    ...(scan !== undefined && { scanId: oneOrSeveral(scan) }),
    ...(target !== undefined && { target: oneOrSeveral(target) }),
    ...(text !== undefined && { text }),
  };
}

/** Return a single value instead of a list of one, so that the store can use its index. */
function oneOrSeveral<Value>(values: readonly Value[]): Value | readonly Value[] {
  const [first, ...others] = new Set(values);
  return first !== undefined && others.length === 0 ? first : [...new Set(values)];
}
