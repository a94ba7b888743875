import { WebDelivery } from '../adapter/web/delivery.ts';
import type { EventAlias, KnownEventType } from '../events/types.ts';
import type { Secret } from '../signature/secret.ts';
import { sign } from '../signature/signature.ts';
import { pythonJson } from './python-json.ts';
import { sampleOf } from './samples.ts';
import { type SenderDialect, senders } from './senders.ts';

/** The options of a test webhook. Only `secret` is required. */
export interface SignedOptions {
  /** The receiver's secret, or one of its secrets. Set to `false` to omit the signature. */
  readonly secret: Secret | false;
  /**
   * The sender to imitate: `guide` for the guide's envelope, `shipped` for SpiderFoot's dispatcher, `delivery` for its
   * delivery module, `notification` for its notification channel, `topic` for its notification service.
   * @default 'guide', and 'shipped' for dotted types
   */
  readonly dialect?: SenderDialect;
  /**
   * The signature header.
   * The default is the header of the sender: `x-spiderfoot-signature` for `guide` and `shipped`,
   * `x-spiderfoot-signature-256` for `delivery`, and `x-signature-256` for `notification`. A webhook of `topic` is signed
   * only if you pass a header.
   * @default the header of the sender
   */
  readonly signatureHeader?: string;
  /**
   * The event's `data`, which some senders call `payload`.
   * @default a sample of the type
   */
  readonly data?: unknown;
  /**
   * The time of the event. Not used for `notification`, which does not write a time.
   * @default now
   */
  readonly timestamp?: Date;
  /**
   * The URL of the request.
   * @default 'http://127.0.0.1:3000/webhook'
   */
  readonly url?: string;
  /** Additional headers. A header of the same name is replaced. */
  readonly headers?: Readonly<Record<string, string>>;
}

/** A webhook for `fetch`, supertest and similar clients. It is signed unless its sender does not sign. */
export interface SignedWebhook {
  readonly url: string;
  readonly method: 'POST';
  /** Header names are in lowercase. */
  readonly headers: Readonly<Record<string, string>>;
  /** The body. Send it unchanged, because every byte is signed. */
  readonly body: string;
}

/** The type of a test event: a known type, an alias or any other name. */
export type TestEventType = KnownEventType | EventAlias | (string & {});

/**
 * Create a signed webhook, byte for byte as SpiderFoot's Python code writes it.
 * @throws ConfigurationError if the secret is empty, or begins or ends with white space
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
  const sender = senders[dialect];
  const { signatureHeader = sender.signatureHeader } = options;
  const body = pythonJson(sender.envelope(type, timestamp, data));
  const headers = {
    'content-type': 'application/json',
    'user-agent': sender.userAgent,
    ...(sender.namesEvent && headerText.test(type) && { 'x-spiderfoot-event': type }),
    ...(signatureHeader !== undefined && secret !== false && { [signatureHeader]: await sign(secret, body) }),
    ...options.headers,
  };
  return { url, method: 'POST', headers, body };
}

/** Matches text that a header can contain. */
const headerText = /^[\x20-\x7e\xa0-\xff]+$/;

/**
 * Create a signed webhook as a fetch `Request`, for an app that is called without a server.
 * @example
 * const response = await app.fetch(await signedRequest('scan_completed', { secret })); // Hono
 */
export async function signedRequest(type: TestEventType, options: SignedOptions): Promise<Request> {
  const { url, ...init } = await signedWebhook(type, options);
  return new Request(url, init);
}

/**
 * Create a signed webhook as a delivery, for a receiver that is called without an app.
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
