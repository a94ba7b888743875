import type { DeliveryWithBody } from '@spiderfoot-webhooks/core/stores';
import { parseExactJson, writeExactJson } from '../json/exact-json.ts';

/** Commands that send or replay a delivery. They contain no secret: the shell reads it from the environment. */
export interface Commands {
  readonly curl: string;
  readonly send: string;
  /** `undefined` if the store replays no deliveries. */
  readonly replay: string | undefined;
}

/** The most bytes of a body in a command. A longer one is read from the downloaded file. */
const mostInCommand = 8192;

/**
 * Write the commands for a delivery.
 * @param text the body as text. `undefined` if it is not UTF-8, or too large to show
 */
export function commandsFor(
  { key, body, eventType, dialect }: DeliveryWithBody,
  text: string | undefined,
  isReplayable: boolean,
): Commands {
  const isShort = text !== undefined && body.byteLength <= mostInCommand && !hasControls.test(text);
  const data = isShort ? dataIn(text) : undefined;
  const file = `delivery-${key}.json`;
  const write = isShort
    ? `printf %s ${quote(text)} > ${quote(file)}`
    : `# First download the body as ${file}.`;
  return {
    curl: [
      write,
      `curl "$SPIDERFOOT_WEBHOOK_URL" --data-binary @${quote(file)} \\`,
      "  -H 'Content-Type: application/json' \\",
      `  -H "X-SpiderFoot-Signature: sha256=$(openssl dgst -sha256 -hmac "$SPIDERFOOT_WEBHOOK_SECRET" -r < ${quote(file)} | cut -d ' ' -f 1)"`,
    ].join('\n'),
    // After `--`, a type such as `--url=https://attacker.example` is not an option.
    send: `spiderfoot-webhooks send${dialect === undefined ? '' : ` --dialect ${dialect}`}${data === undefined ? '' : ` --data ${quote(data)}`} ${eventType.startsWith('-') ? '-- ' : ''}${quote(eventType)}`,
    replay: isReplayable
      ? `spiderfoot-webhooks replay ${quote(key)} --store "$SPIDERFOOT_WEBHOOK_STORE"`
      : undefined,
  };
}

/** Characters that a shell or a terminal changes when the command is pasted. A line break is kept by quotes. */
const hasControls = /(?!\n)[\p{Cc}\p{Cf}\p{Zl}\p{Zp}\p{Cs}]/u;

/**
 * Quote an argument for bash, zsh, fish and other POSIX shells, so that hostile text runs no command. In quotes, fish treats
 * `\'` as a quote that does not end the text, so backslashes are outside of the quotes.
 */
function quote(text: string): string {
  if (/^[\w.,:/@+-]+$/.test(text) && !text.startsWith('-')) return text;
  return `'${text.replaceAll(/\\+|'/g, (marks) => `'${marks.replaceAll(/./g, '\\$&')}'`)}'`;
}

/** Return the event's data with its digits, for `send --data`. Python's `NaN` is not JSON. */
function dataIn(text: string): string | undefined {
  const envelope = parseExactJson(text);
  if (envelope?.kind !== 'object') return undefined;
  const data = envelope.members.findLast(({ name }) => name === 'data' || name === 'payload');
  const written = data && writeExactJson(data.value);
  return written === undefined || /NaN|Infinity/.test(written) ? undefined : written;
}
