import type { KnownBlock, MessageAttachment } from '@slack/types';
import { type AnyEvent, messageOf } from '../../src/index.ts';
import { toSlack } from '../../src/slack/message.ts';

export function eventOf(event_type: string, data: unknown): AnyEvent {
  return { event_type, timestamp: '2024-01-01T12:00:00Z', source: 'spiderfoot', data, metadata: {} };
}

/** Return the Slack message of an event. Its type is Slack's own, so the compiler checks the format. */
export function slackOf(event: AnyEvent): {
  text: string;
  blocks: KnownBlock[];
  attachments: MessageAttachment[];
} {
  return toSlack(messageOf(event));
}

/** Return every string in a value, at any depth. */
export function textsIn(value: unknown): string[] {
  if (typeof value === 'string') return [value];
  return typeof value === 'object' && value !== null ? Object.values(value).flatMap(textsIn) : [];
}
