import type { Message } from '../messages.ts';
import type { Level } from '../tellings.ts';
import { replaced } from '../text.ts';

/** Discord's limits, in characters, and how many fields an embed holds. */
const limits = { title: 256, name: 256, value: 1024, fields: 25 };

const colours: Readonly<Record<Level, number>> = {
  good: 0x2eb886,
  warning: 0xdaa038,
  danger: 0xa30200,
  info: 0x439fe0,
};

/** What Discord's `Execute Webhook` takes, as far as it is used here. */
export interface DiscordMessage {
  /** None: not even one that slips through rings anybody's bell. */
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
        color: colours[level],
        fields: fields.slice(0, limits.fields).map(({ title, value }) => ({
          name: literal(title, limits.name),
          value: code(value),
          inline: value.length <= 40,
        })),
      },
    ],
  };
}

/** A headline makes no links; what would style it gets a backslash. */
function literal(text: string, most: number): string {
  return replaced(
    text,
    (character) => (/[\\*_~`|>#[\]()<@:-]/.test(character) ? `\\${character}` : character),
    most,
  );
}

/** Within backticks Discord makes no link, no mention and no style of anything. There is no way to write a backtick there. */
function code(text: string): string {
  return `\`${replaced(text, (character) => (character === '`' ? 'ˋ' : character), limits.value - 2)}\``;
}
