/**
 * Forward SpiderFoot's events to another webhook receiver, signed with your own secret.
 * @packageDocumentation
 */
import { ConfigurationError, type EventContext, sign } from '@spiderfoot-webhooks/core';
import { ForwardError } from '../errors/forward-error.ts';
import { isGroup } from '../events/event-group.ts';
import { type AnyEvent, type Forwarder, toForwarder } from '../forwarder.ts';
import { readUrl } from '../http/destinations.ts';
import { createTransport } from '../http/transport.ts';
import type { TransportOptions } from '../http/transport-options.ts';
import { toJson, wellFormedJson } from '../text/well-formed-json.ts';
import { parseUrl } from '../urls.ts';
import { readHeaders } from './headers.ts';

export interface WebhookOptions extends TransportOptions {
  /**
   * The URL of the receiver, or a function that returns it for an event. With a function, the sender of an event
   * can influence the destination. Therefore, `allowedHosts` is then required. Hosts with addresses that are not public are
   * rejected unless you set `allowPrivate: true`.
   */
  readonly url: string | ((event: AnyEvent, context: EventContext) => string);
  /**
   * The secret with which the other receiver verifies the signature. Do not reuse SpiderFoot's secret: anyone who has it
   * can forge events to your receiver.
   */
  readonly secret: string | Uint8Array;
  /** Additional headers, such as a token for the other receiver. */
  readonly headers?: Readonly<Record<string, string>>;
}

/**
 * Forward each event as SpiderFoot sent it, signed with your own secret. The body keeps its bytes and its dialect, so
 * any receiver for SpiderFoot's webhooks accepts it. There is one exception: an escaped lone surrogate (`\ud83d` without
 * its second half) becomes `\ufffd`, because strict JSON parsers reject it.
 *
 * A group of `throttle` is sent as one event of the type `event_group`, in the envelope of SpiderFoot's Webhook
 * Integration Guide.
 * @throws ConfigurationError that names the option
 * @example
 * receiver.onAny(webhook({ url: 'https://soc.example.com/webhook', secret: process.env.SOC_SECRET }), { name: 'soc' });
 */
export function webhook({ url, secret, headers: extraHeaders = {}, ...options }: WebhookOptions): Forwarder {
  checkSecret(secret);
  const headers = readHeaders('headers', extraHeaders);
  const urlOf = readTarget(url, options);
  const transport = createTransport(
    'webhook',
    { allowPrivate: typeof url === 'string', ...options },
    typeof url === 'string' ? new URL(url) : undefined,
  );

  return toForwarder(
    async (event: AnyEvent, context) => {
      const body = isGroup(event) ? toJson(event) : wellFormedJson(context.wire.body);
      const type = isGroup(event) ? event.event_type : context.wire.eventType;
      await transport.send({
        url: urlOf(event, context),
        headers: {
          'content-type': 'application/json',
          'user-agent': 'SpiderFoot-Webhook/1.0',
          ...headers,
          ...(headerText.test(type) && { 'x-spiderfoot-event': type }),
          'x-spiderfoot-signature': await sign(secret, body),
        },
        body,
        signal: context.signal,
      });
    },
    () => transport.close(),
  );
}

/** Matches text that a header can contain. A sender can choose any name for an unknown type. */
const headerText = /^[\x21-\x7e]{1,200}$/;

function readTarget(
  url: WebhookOptions['url'],
  options: TransportOptions,
): (event: AnyEvent, context: EventContext) => URL {
  if (typeof url !== 'function') {
    const fixed = readUrl('url', url, options);
    return () => fixed;
  }
  if (options.allowedHosts === undefined) {
    throw new ConfigurationError(
      'allowedHosts',
      'is required if "url" is a function. List the hosts that the function can return.',
    );
  }
  return (event, context) => {
    const parsed = parseUrl(url(event, context));
    if (parsed !== undefined) return parsed;
    throw new ForwardError('webhook', 0, {
      code: 'forbidden_address',
      detail: '"url" did not return a URL',
    });
  };
}

function checkSecret(secret: unknown): void {
  if (secret instanceof Uint8Array && secret.byteLength > 0) return;
  if (typeof secret === 'string' && secret !== '' && secret.trim() === secret) return;
  throw new ConfigurationError(
    'secret',
    'must be a non-empty string or Uint8Array without leading or trailing whitespace. Check that its environment variable is set.',
  );
}
