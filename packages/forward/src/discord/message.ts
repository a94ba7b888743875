import type { Level, Message } from '../events/message.ts';
import { joined, replaced } from '../text/clean-text.ts';

/** Names of emoji that could be part of an IPv6 address. */
const emoji = ['a', 'b', 'ab', 'abc', 'abcd', 'bed', 'bee', '100', '1234'];

/** Discord's limits, in characters, and how many fields an embed holds. */
const limits = { title: 256, name: 256, value: 1024, fields: 25 };

const colors: Readonly<Record<Level, number>> = {
  good: 0x2eb886,
  warning: 0xdaa038,
  danger: 0xa30200,
  info: 0x439fe0,
};

/** The members of Discord's `Execute Webhook` request that are used here. */
export interface DiscordMessage {
  /** Empty, so that a mention that is not escaped notifies no user. */
  readonly allowed_mentions: { readonly parse: readonly [] };
  readonly embeds: readonly {
    readonly title: string;
    readonly color: number;
    readonly fields: readonly { readonly name: string; readonly value: string; readonly inline: boolean }[];
  }[];
}

/** @see https://docs.discord.com/developers/resources/webhook#execute-webhook */
export function toDiscord({ title, level, fields }: Message): DiscordMessage {
  return {
    allowed_mentions: { parse: [] },
    embeds: [
      {
        title: literal(title, limits.title),
        color: colors[level],
        fields: fields.slice(0, limits.fields).map(({ title, value }) => ({
          name: literal(title, limits.name),
          value: code(value),
          inline: value.length <= 40,
        })),
      },
    ],
  };
}

/**
 * Escape text for a title or a field name. Discord renders Markdown in both. Only characters that would style the text,
 * link it or look like a mention get a backslash, because a client without Markdown, such as a notification, shows
 * backslashes.
 */
function literal(text: string, maxLength: number): string {
  const styles = paired.filter(([mark]) => text.split(mark).length > 2).map(([, pattern]) => pattern);
  const markup = styles.length === 0 ? unstyled : eitherOf([...single, ...styles]);
  return joined(text.replace(markup, '\\$&').match(/\\.|./gsu) ?? [], maxLength);
}

function eitherOf(patterns: readonly RegExp[]): RegExp {
  return new RegExp(patterns.map(({ source }) => source).join('|'), 'gi');
}

/** Marks that style the text between two of them. */
const paired: readonly (readonly [mark: string, pattern: RegExp])[] = [
  ['*', /\*/],
  ['`', /`/],
  // An underscore inside a word, as in `scan_id`, does not end a style.
  ['_', /(?<![\dA-Za-z])_|_(?![\dA-Za-z])/],
  ['~~', /~(?=~)|(?<=~)~/],
  ['||', /\|(?=\|)|(?<=\|)\|/],
];

/** Characters with a meaning in Discord at any position. */
const single: readonly RegExp[] = [
  // A backslash that would escape the next character, and disappear.
  /\\(?![\dA-Za-z\s]|$)/,
  // Mentions, custom emoji, times, commands, links without a preview.
  /<(?=[@#:/A-Za-z])/,
  /@(?=everyone|here)/,
  // A masked link, and a plain URL.
  /\[(?=.*\]\()/,
  /:(?=\/\/)/,
  // `:bee:`, but not the digits of an address such as `2001:db8:1::2`.
  new RegExp(`:(?=(?:[\\w+-]*[g-z_+][\\w+-]*|${emoji.join('|')}):)`),
  // Headings, subtext, quotes and lists, which begin a line.
  /^(?:#{1,3}|-#?|\*|>(?:>>)?)(?=\s)/,
];
const unstyled = eitherOf(single);

/**
 * Write text between backticks, where Discord renders no links, mentions or styles. A backtick cannot be escaped there,
 * so it is replaced with a similar character.
 */
function code(text: string): string {
  return `\`${replaced(text, (character) => (character === '`' ? 'ˋ' : character), limits.value - 2)}\``;
}
