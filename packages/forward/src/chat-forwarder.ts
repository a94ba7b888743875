import { type Message, messageOf } from './events/message.ts';
import { type AnyEvent, type Forwarder, toForwarder } from './forwarder.ts';
import { readUrl } from './http/destinations.ts';
import { createTransport } from './http/transport.ts';
import type { TransportOptions } from './http/transport-options.ts';
import { toJson } from './text/well-formed-json.ts';

/** The options of a forwarder that posts to a chat channel. */
export interface ChatOptions extends TransportOptions {
  /**
   * The webhook URL of the channel. **It is a secret**: anyone who has it can post to the channel. Logs and errors
   * never contain it.
   */
  readonly url: string;
}

/** Create a forwarder that posts each event as a JSON message to the webhook of a channel. */
export function toChat(
  target: string,
  { url: webhookUrl, ...options }: ChatOptions,
  write: (message: Message) => object,
): Forwarder {
  const url = readUrl('url', webhookUrl, options);
  const transport = createTransport(target, options, url);
  const headers = { 'content-type': 'application/json' };
  return toForwarder(
    async (event: AnyEvent, { signal }) => {
      await transport.send({ url, headers, body: toJson(write(messageOf(event))), signal });
    },
    () => transport.close(),
  );
}
