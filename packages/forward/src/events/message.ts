import type { AnyEvent } from '../forwarder.ts';
import { clean, textOf } from '../text/clean-text.ts';
import { type Data, isData } from './event-data.ts';
import { type EventGroup, isGroup } from './event-group.ts';
import { type Layout, layoutOf } from './event-types.ts';
import { severityOf } from './severity.ts';

/** The color of a message: one of Slack's three, or `info` for plain news. */
export type Level = 'good' | 'warning' | 'danger' | 'info';

/** The text of an event for people. It is cleaned and bounded. Each target escapes it in its own way. */
export interface Message {
  readonly title: string;
  readonly level: Level;
  readonly fields: readonly MessageField[];
}

export interface MessageField {
  readonly title: string;
  readonly value: string;
}

/** The maximum length, in code points. A title with the longest subject fits into Slack's header of 150 characters. */
const longestSubject = 100;
const longestValue = 500;

/**
 * Describe an event in words for Slack, Discord, Teams and email. `event-types.ts` has the title and the fields of each
 * type.
 */
export function messageOf(event: AnyEvent): Message {
  if (isGroup(event)) return messageOfGroup(event);
  const { data, layout } = readEvent(event);
  const subject = subjectOf(data);
  return {
    title: `SpiderFoot ${layout.title}${subject && `: ${subject}`}`,
    level: levelOf(event, layout),
    fields: layout.fields
      .map(([title, value]) => field(title, typeof value === 'function' ? value(data) : data[value]))
      .filter(({ value }) => value !== ''),
  };
}

/** The levels, from the least to the most alarming. */
const levels: readonly Level[] = ['good', 'info', 'warning', 'danger'];

/** Describe a group: its events by type, their subjects, and the level of the most severe event. */
function messageOfGroup({ data: { count, events } }: EventGroup): Message {
  const read = events.map((event) => ({ event, ...readEvent(event) }));
  const found = new Set(read.map(({ event, layout }) => levelOf(event, layout)));
  const counts = new Map<string, number>();
  for (const { layout } of read) counts.set(layout.title, (counts.get(layout.title) ?? 0) + 1);
  const subjects = new Set(read.map(({ data }) => subjectOf(data)));
  subjects.delete('');
  return {
    title: `SpiderFoot: ${count} events`,
    level: levels.findLast((level) => found.has(level)) ?? 'info',
    fields: [
      ...[...counts].slice(0, 8).map(([title, number]) => field(title, number)),
      ...(subjects.size > 0 ? [field('About', [...subjects].join(', '))] : []),
    ],
  };
}

function readEvent({ event_type, data: given }: AnyEvent): { data: Data; layout: Layout } {
  const data = isData(given) ? given : {};
  return { data, layout: layoutOf(event_type, data) };
}

function levelOf(event: AnyEvent, { good }: Layout): Level {
  const severity = severityOf(event);
  if (severity === 'CRITICAL' || severity === 'HIGH') return 'danger';
  if (severity === 'MEDIUM') return 'warning';
  return good ? 'good' : 'info';
}

function field(title: string, value: unknown): MessageField {
  return { title, value: clean(textOf(value), longestValue) };
}

/** The members of `data` that can name the subject of an event, the most specific first. */
const subjects = ['target', 'asset', 'workspace_id', 'module', 'rule_name', 'task_id', 'message'];

function subjectOf(data: Data): string {
  return subjects.map((name) => clean(textOf(data[name]), longestSubject)).find((text) => text !== '') ?? '';
}
