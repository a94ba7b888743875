import { type Message, messageOf } from './events/message.ts';
import { type AnyEvent, type Forwarder, toForwarder } from './forwarder.ts';
import { readUrl } from './http/destinations.ts';
import { createTransport } from './http/transport.ts';
import type { TransportOptions } from './http/transport-options.ts';
import { toJson } from './text/well-formed-json.ts';

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
