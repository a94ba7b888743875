import type { EventAlias, KnownEventType } from '../events/types.ts';
import type { Dialect } from '../events/wire.ts';
import type { Secret } from '../secret.ts';
import { sign } from '../signature.ts';
import { WebDelivery } from '../web/delivery.ts';
import { pythonFloat, pythonJson } from './python-json.ts';
import { sampleOf } from './samples.ts';

export interface SignedOptions {
  /** The receiver's secret, or one of them. */
  readonly secret: Secret;
  /**
   * As the guide documents it, as SpiderFoot ships it, or as its notification channel writes it.
   * @default 'guide', and 'shipped' for dotted types
   */
  readonly dialect?: Dialect;
  /** The header with the signature. @default 'x-spiderfoot-signature', and 'x-signature-256' of a notification */
  readonly signatureHeader?: string;
  /** `data`, or `payload`. @default a sample of the type */
  readonly data?: unknown;
  /** When the event happened. @default now */
  readonly timestamp?: Date;
  /** Where to. @default 'http://127.0.0.1:3000/webhook' */
  readonly url?: string;
  /** Headers to add or, by the same name, to replace. */
  readonly headers?: Readonly<Record<string, string>>;
}

/** A signed webhook, ready for `fetch`, supertest and the like. */
export interface SignedWebhook {
  readonly url: string;
  readonly method: 'POST';
  /** Names in lower case. */
  readonly headers: Readonly<Record<string, string>>;
  /** Send it as it is: every byte is signed. */
  readonly body: string;
}

/** A type to test with: one that is known, or any other. */
export type TestEventType = KnownEventType | EventAlias | (string & {});

/**
 * Signs a webhook as SpiderFoot does, byte for byte as its Python writes it.
 * @example
 * const { url, ...init } = await signedWebhook('scan_completed', { secret, url: `${server}/webhook` });
 * expect((await fetch(url, init)).status).toBe(200);
 */
export async function signedWebhook(type: TestEventType, options: SignedOptions): Promise<SignedWebhook> {
  const {
    secret,
    data = sampleOf(type) ?? {},
    timestamp = new Date(),
    url = 'http://127.0.0.1:3000/webhook',
  } = options;
  const { dialect = type.includes('.') ? 'shipped' : 'guide' } = options;
  const { signatureHeader = dialect === 'notification' ? 'x-signature-256' : 'x-spiderfoot-signature' } =
    options;
  const body = pythonJson(envelopes[dialect](type, timestamp, data));
  const headers = {
    'content-type': 'application/json',
    'user-agent': 'SpiderFoot-Webhook/1.0',
    ...(headerText.test(type) && dialect !== 'notification' && { 'x-spiderfoot-event': type }),
    [signatureHeader]: await sign(secret, body),
    ...options.headers,
  };
  return { url, method: 'POST', headers, body };
}

/** What a header can hold. */
const headerText = /^[\x20-\x7e\xa0-\xff]+$/;

/**
 * The same as a fetch `Request`, for an app that is called without a server.
 * @example
 * const response = await app.fetch(await signedRequest('scan_completed', { secret })); // Hono
 */
export async function signedRequest(type: TestEventType, options: SignedOptions): Promise<Request> {
  const { url, ...init } = await signedWebhook(type, options);
  return new Request(url, init);
}

/**
 * The same as a delivery, for a receiver that is called without an app.
 * @param peer the client's address
 * @example
 * const outcome = await receiver.receive(await signedDelivery('scan_completed', { secret }));
 */
export async function signedDelivery(
  type: TestEventType,
  options: SignedOptions,
  peer = '127.0.0.1',
): Promise<WebDelivery> {
  return new WebDelivery(await signedRequest(type, options), () => peer);
}

const envelopes: Readonly<Record<Dialect, (event_type: string, timestamp: Date, data: unknown) => object>> = {
  guide: (event_type, timestamp, data) => ({
    event_type,
    timestamp: timestamp.toISOString(),
    source: 'spiderfoot',
    version: '5.0.3',
    data,
    metadata: { workspace_id: 'ws_abc123', user: 'admin', scan_name: 'Weekly Security Scan' },
  }),
  shipped: (event_type, timestamp, payload) => ({
    event_type,
    timestamp: pythonFloat(timestamp.getTime() / 1000),
    payload,
  }),
  // It tells no time.
  notification: (event, _timestamp, data) => ({
    event,
    title: 'SpiderFoot',
    message: `The event ${event}`,
    data,
    source: 'spiderfoot',
  }),
};
