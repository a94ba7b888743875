import { type AnyEvent, type Forwarder, toForwarder } from './forwarder.ts';
import { toJson } from './json.ts';
import { type Message, messageOf } from './messages.ts';
import { createTransport } from './transport.ts';
import { readUrl, type TransportOptions } from './transport-options.ts';

/** What a chat's forwarder is made with. */
export interface ChatOptions extends TransportOptions {
  /** The channel's webhook URL. **It is a secret**: who has it can post. It is never logged, nor part of an error. */
  readonly url: string;
}

/** Post an event's message as JSON to a channel's webhook. */
export function toChat(
  target: string,
  { url: given, ...options }: ChatOptions,
  write: (message: Message) => object,
): Forwarder {
  const url = readUrl('url', given, options);
  const transport = createTransport(target, options);
  const headers = { 'content-type': 'application/json' };
  return toForwarder(
    async (event: AnyEvent, { signal }) => {
      await transport.send({ url, headers, body: toJson(write(messageOf(event))), signal });
    },
    () => transport.close(),
  );
}
