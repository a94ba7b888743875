import { WebDelivery } from '../adapter/web/delivery.ts';
import type { EventAlias, KnownEventType } from '../events/types.ts';
import type { Secret } from '../signature/secret.ts';
import { sign } from '../signature/signature.ts';
import { pythonJson } from './python-json.ts';
import { sampleOf } from './samples.ts';
import { type SenderDialect, senders } from './senders.ts';

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
   * @default the header of the sender: `x-spiderfoot-signature`, `x-spiderfoot-signature-256` (`delivery`),
   *   `x-signature-256` (`notification`); `topic` is not signed unless you name a header
   */
  readonly signatureHeader?: string;
  /** `data`, or `payload`. @default a sample of the type */
  readonly data?: unknown;
  /** The time of the event. Not used for `notification`, which has none. @default now */
  readonly timestamp?: Date;
  /** Where to. @default 'http://127.0.0.1:3000/webhook' */
  readonly url?: string;
  /** Headers to add or, by the same name, to replace. */
  readonly headers?: Readonly<Record<string, string>>;
}

/** A webhook for `fetch`, supertest and similar clients. It is signed unless its sender does not sign. */
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
 * Sign a webhook as SpiderFoot does, byte for byte as its Python writes it.
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
