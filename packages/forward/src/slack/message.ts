import type { Level, Message } from '../events/message.ts';
import { replaced } from '../text/clean-text.ts';

/** Slack's three named colors, and its blue. */
const colors: Readonly<Record<Level, string>> = {
  good: 'good',
  warning: 'warning',
  danger: 'danger',
  info: '#439FE0',
};

/** Slack's limits: the characters of a header and of a field, and the number of fields in a section. */
const limits = { header: 150, field: 2000, fields: 10 };

/**
 * Write a message as Block Kit: a headline, and the fields beside a colored bar. Text from the event is `plain_text`,
 * in which Slack renders no links, mentions or formatting. A notification shows `text`.
 * @see https://docs.slack.dev/reference/block-kit/blocks
 */
export function toSlack({ title, level, fields }: Message) {
  const items = fields.length > 0 ? fields : [{ title: 'Details', value: 'none' }];
  return {
    text: escaped(title, limits.field),
    // To show a preview, Slack's servers would open the link, and the scanned party would notice.
    unfurl_links: false,
    unfurl_media: false,
    link_names: false,
    blocks: [{ type: 'header' as const, text: plain(title, limits.header) }],
    attachments: [
      {
        color: colors[level],
        fallback: escaped(title, limits.field),
        blocks: [
          {
            type: 'section' as const,
            fields: items
              .slice(0, limits.fields)
              .map(({ title, value }) => plain(`${title}\n${value}`, limits.field)),
          },
        ],
      },
    ],
  };
}

function plain(text: string, maxLength: number) {
  return { type: 'plain_text', text: escaped(text, maxLength), emoji: false } as const;
}

const entities: Readonly<Record<string, string>> = { '&': '&amp;', '<': '&lt;', '>': '&gt;' };

/**
 * Escape Slack's three control characters, so that text cannot contain `<!channel>`, `<@U123>` or `<https://…|text>`.
 * @see https://docs.slack.dev/messaging/formatting-message-text#escaping
 */
function escaped(text: string, maxLength: number): string {
  return replaced(text, (character) => entities[character] ?? character, maxLength);
}
