import type { DeliveryFilter } from '@spiderfoot-webhooks/sqlite';
import { type Command, InvalidArgumentError, Option } from 'commander';
import { parseMoment } from './moment.ts';
import { defaultDatabase } from './store.ts';

/** Where to look. */
export interface DatabaseFlags {
  readonly db: string;
}

/** Which deliveries are meant. */
export interface FilterFlags {
  readonly type?: string;
  readonly state?: DeliveryFilter['state'];
  readonly endpoint?: string;
  readonly since?: Date;
  readonly until?: Date;
  readonly scan?: string;
  readonly target?: string;
  readonly text?: string;
}

const states = [
  'received',
  'processed',
  'failed',
  'ignored',
  'rejected',
  'queued',
  'running',
  'dead',
] as const satisfies readonly DeliveryFilter['state'][];

export function addDatabase(command: Command): Command {
  return command.addOption(
    new Option('--db <file>', 'the database that a receiver writes')
      .env('SPIDERFOOT_WEBHOOK_DB')
      .default(defaultDatabase),
  );
}

const filterOptions = {
  type: () => new Option('--type <type>', "an event type, by the kit's name: scan_completed, alert.high"),
  state: () => new Option('--state <state>', 'how it stands').choices(states),
  endpoint: () => new Option('--endpoint <name>', 'the receiver that took it'),
  since: () =>
    new Option('--since <time>', 'received since then: 2h, 7d, 2026-01-31, 2026-01-31T12:00').argParser(
      readMoment,
    ),
  until: () => new Option('--until <time>', 'received before then').argParser(readMoment),
  scan: () => new Option('--scan <id>', "the event's scan_id"),
  target: () => new Option('--target <name>', "the event's target"),
  text: () => new Option('--text <words>', 'words of the body, or their beginnings'),
} as const satisfies Record<keyof FilterFlags, () => Option>;

/** Adds the options that choose deliveries, or some of them. */
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

export function readMoment(text: string): Date {
  const moment = parseMoment(text);
  if (moment !== undefined) return moment;
  throw new InvalidArgumentError(
    'Write an age (90s, 15m, 2h, 7d, 4w), a day (2026-01-31) or a day and a time (2026-01-31T12:00).',
  );
}

/** The flags as the store's filter. */
export function toFilter({ scan, ...flags }: FilterFlags): DeliveryFilter {
  const { type, state, endpoint, since, until, target, text } = flags;
  return {
    ...(type !== undefined && { type }),
    ...(state !== undefined && { state }),
    ...(endpoint !== undefined && { endpoint }),
    ...(since !== undefined && { since }),
    ...(until !== undefined && { until }),
    ...(scan !== undefined && { scanId: scan }),
    ...(target !== undefined && { target }),
    ...(text !== undefined && { text }),
  };
}
