import { IncomingWebhook, IncomingWebhookRequestError } from '@slack/webhook';
import type { ChatOptions } from '../chat-forwarder.ts';
import { messageOf } from '../events/message.ts';
import { type AnyEvent, type Forwarder, toForwarder } from '../forwarder.ts';
import { createTransport, type OutboundAnswer } from '../http/transport.ts';
import { readUrl } from '../http/transport-options.ts';
import { toSlack } from './message.ts';

export type SlackOptions = ChatOptions;

/**
 * Post each event to a Slack channel, through an incoming webhook: the guide's message for `scan_completed`, one like
 * it for every other type.
 * @throws ConfigurationError that names the option
 * @example
 * receiver.on('high_risk_event', slack({ url: process.env.SLACK_WEBHOOK_URL }), { name: 'slack' });
 * @see the guide, "Slack Integration"
 */
export function slack({ url: given, ...options }: SlackOptions): Forwarder {
  const url = readUrl('url', given, options);
  const transport = createTransport('slack', options);

  return toForwarder(
    async (event: AnyEvent, { signal }) => {
      // Slack's client writes the request, and leaves the sending to a fetch that it is given: ours.
      const webhook = new IncomingWebhook(url.href, {
        fetch: async (_url, { headers = {}, body } = {}) => {
          if (typeof body !== 'string') throw new TypeError("Slack's client sends its message as text");
          return toResponse(await transport.send({ url, headers, body, signal }));
        },
      });
      await webhook.send(toSlack(messageOf(event))).catch((error: unknown) => {
        // It wraps what fetch has thrown.
        throw error instanceof IncomingWebhookRequestError ? error.original : error;
      });
    },
    () => transport.close(),
  );
}

/** 2xx, or it would not have come this far. */
function toResponse({ body }: OutboundAnswer): Response {
  return new Response(body);
}
