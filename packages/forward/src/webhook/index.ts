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
   * Where to. A function may make it from the event: then `allowedHosts` is required, and hosts with addresses that
   * are not public are refused unless `allowPrivate` says otherwise, for whoever may send an event has a say in where
   * it goes.
   */
  readonly url: string | ((event: AnyEvent, context: EventContext) => string);
  /** What the receiving side verifies with. Not SpiderFoot's: who has that can forge SpiderFoot's events to you. */
  readonly secret: string | Uint8Array;
  /** Further headers, such as a token of the receiving side's. */
  readonly headers?: Readonly<Record<string, string>>;
}

/**
 * Forward each event as SpiderFoot sent it, signed with a secret of your own. The body keeps its bytes and its
 * dialect, so any receiver for SpiderFoot's webhooks accepts it. The only change: an escaped lone surrogate (`\ud83d`
 * alone) becomes `\ufffd`, because strict JSON parsers reject it. A group of `throttle` goes as an event of its own,
 * in the guide's envelope.
 * @throws ConfigurationError that names the option
 * @example
 * receiver.onAny(webhook({ url: 'https://soc.example.com/webhook', secret: process.env.SOC_SECRET }), { name: 'soc' });
 */
export function webhook({ url, secret, headers: further = {}, ...options }: WebhookOptions): Forwarder {
  checkSecret(secret);
  const headers = readHeaders('headers', further);
  const urlOf = readTarget(url, options);
  const transport = createTransport('webhook', {
    allowPrivate: typeof url === 'string',
    ...options,
  });

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

/** What a header can hold. A type that nobody knows is the sender's to name. */
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
      'is missing: where the URL is made from an event, list the hosts that it may name.',
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
    'must be a string or a Uint8Array, not empty, and without white space around it. Is the environment variable set?',
  );
}
