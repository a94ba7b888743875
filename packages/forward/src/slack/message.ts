import type { IncomingWebhookSendArguments } from '@slack/webhook';
import type { Level } from '../events/event-types.ts';
import type { Message } from '../events/message.ts';
import { replaced } from '../text/clean-text.ts';

/** Slack's three, and its blue. */
const colours: Readonly<Record<Level, string>> = {
  good: 'good',
  warning: 'warning',
  danger: 'danger',
  info: '#439FE0',
};

/** Slack's limits: characters of a header, of an item of a section's fields, and how many of these a section holds. */
const limits = { header: 150, field: 2000, fields: 10 };

/**
 * A message as Slack takes it: a headline, and the fields beside the colour, as Block Kit. What comes from the event
 * stands in `plain_text`, where Slack makes no link, mention or style of it; `text` is what a notification shows.
 * @see https://docs.slack.dev/reference/block-kit/blocks
 */
export function toSlack({ title, level, fields }: Message) {
  const items = fields.length > 0 ? fields : [{ title: 'Details', value: 'none' }];
  return {
    text: escaped(title, limits.field),
    // Slack's servers would open a link that they show: the target would learn that somebody looks at it.
    unfurl_links: false,
    unfurl_media: false,
    link_names: false,
    blocks: [{ type: 'header', text: plain(title, limits.header) }],
    attachments: [
      {
        color: colours[level],
        fallback: escaped(title, limits.field),
        blocks: [
          {
            type: 'section',
            fields: items
              .slice(0, limits.fields)
              .map(({ title, value }) => plain(`${title}\n${value}`, limits.field)),
          },
        ],
      },
    ],
  } satisfies IncomingWebhookSendArguments;
}

function plain(text: string, most: number) {
  return { type: 'plain_text', text: escaped(text, most), emoji: false } as const;
}

const entities: Readonly<Record<string, string>> = { '&': '&amp;', '<': '&lt;', '>': '&gt;' };

/**
 * Slack's three control characters: without them there is no `<!channel>`, no `<@U123>` and no `<https://…|text>`.
 * @see https://docs.slack.dev/messaging/formatting-message-text#escaping
 */
function escaped(text: string, most: number): string {
  return replaced(text, (character) => entities[character] ?? character, most);
}
