import type { EventContext } from '@spiderfoot-webhooks/core';
import type { Level } from '../events/message.ts';
import { messageOf } from '../events/message.ts';
import type { AnyEvent } from '../forwarder.ts';
import { clean, escapeHtml } from '../text/clean-text.ts';

/** A mail, without its addresses. */
export interface Mail {
  readonly subject: string;
  readonly text: string;
  readonly html: string;
}

const colors: Readonly<Record<Level, string>> = {
  good: '#2e7d32',
  warning: '#b26a00',
  danger: '#b71c1c',
  info: '#1565c0',
};

/**
 * Describe an event in a mail, as plain text and as HTML.
 * @param subject the user's function, which replaces the default subject: the message's title
 */
export function composeMail(
  event: AnyEvent,
  { id }: Pick<EventContext, 'id'>,
  subject?: (event: AnyEvent) => string,
): Mail {
  const { title, level, fields } = messageOf(event);
  const rows = [
    ...fields,
    { title: 'Event', value: clean(event.event_type, 100) },
    { title: 'Time', value: clean(event.timestamp, 40) },
    { title: 'Delivery', value: id },
  ];
  return {
    subject: clean(subject === undefined ? title : subject(event), 200),
    text: `${title}\n\n${rows.map(({ title, value }) => `${title}: ${value}\n`).join('')}`,
    html: [
      '<!doctype html><html><body style="font-family:sans-serif">',
      `<h2 style="color:${colors[level]}">${escapeHtml(title)}</h2><table>`,
      ...rows.map(
        ({ title, value }) =>
          `<tr><th style="text-align:left;padding-right:1em">${escapeHtml(title)}</th><td>${escapeHtml(value)}</td></tr>`,
      ),
      '</table></body></html>',
    ].join('\n'),
  };
}
