import type { Level, Message } from '../events/message.ts';

/** The styles of a card's container. */
const styles: Readonly<Record<Level, string>> = {
  good: 'good',
  warning: 'warning',
  danger: 'attention',
  info: 'emphasis',
};

interface TextRun {
  readonly type: 'TextRun';
  readonly text: string;
  readonly weight?: 'Bolder';
  readonly size?: 'Medium';
}

interface RichTextBlock {
  readonly type: 'RichTextBlock';
  readonly spacing?: 'Small';
  readonly inlines: readonly TextRun[];
}

/** The request body of the workflow that "posts to a channel when a webhook request is received". */
export interface TeamsMessage {
  readonly type: 'message';
  readonly attachments: readonly {
    readonly contentType: 'application/vnd.microsoft.card.adaptive';
    readonly contentUrl: null;
    readonly content: {
      readonly $schema: 'http://adaptivecards.io/schemas/adaptive-card.json';
      readonly type: 'AdaptiveCard';
      readonly version: '1.4';
      /** The text of a notification. */
      readonly fallbackText: string;
      readonly body: readonly {
        readonly type: 'Container';
        readonly style: string;
        readonly items: readonly RichTextBlock[];
      }[];
    };
  }[];
}

/**
 * Write a message as an Adaptive Card. All text is in `TextRun` elements, which do not support Markdown. `TextBlock`
 * and `FactSet` would turn text of the event into links.
 * @see https://adaptivecards.io/explorer/TextRun.html
 */
export function toTeams({ title, level, fields }: Message): TeamsMessage {
  return {
    type: 'message',
    attachments: [
      {
        contentType: 'application/vnd.microsoft.card.adaptive',
        contentUrl: null,
        content: {
          $schema: 'http://adaptivecards.io/schemas/adaptive-card.json',
          type: 'AdaptiveCard',
          version: '1.4',
          fallbackText: title,
          body: [
            {
              type: 'Container',
              style: styles[level],
              items: [
                {
                  type: 'RichTextBlock',
                  inlines: [{ type: 'TextRun', text: title, weight: 'Bolder', size: 'Medium' }],
                },
                ...fields.map(
                  ({ title, value }): RichTextBlock => ({
                    type: 'RichTextBlock',
                    spacing: 'Small',
                    inlines: [
                      { type: 'TextRun', text: `${title}: `, weight: 'Bolder' },
                      { type: 'TextRun', text: value },
                    ],
                  }),
                ),
              ],
            },
          ],
        },
      },
    ],
  };
}
