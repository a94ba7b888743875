import type { RateLimiter } from '../checks/rate-limiter.ts';
import type { DataSchemas } from '../events/schemas.ts';
import type { Category, EventAlias, EventsByType } from '../events/types.ts';
import type { Logger } from '../reporting/logger.ts';
import type { Secret } from '../signature/secret.ts';
import type { DeliveryLog } from '../stores/delivery-log.ts';
import type { DeliveryQueue } from '../stores/delivery-queue.ts';

/** An entry of the option `events`: a type, an alias, or a category in the syntax of SpiderFoot's own filter. */
export type EventFilter<Schemas extends DataSchemas> =
  | (keyof EventsByType<Schemas> & string)
  | EventAlias
  | Category<Schemas>
  | `${Category<Schemas>}.*`
  | 'all';

/**
 * The options of a receiver. Only `secret` is required. An unknown option or an invalid value is a `ConfigurationError`.
 */
export interface ReceiverOptions<Schemas extends DataSchemas = Record<never, never>> {
  /**
   * The secret shared with SpiderFoot. A string is encoded as UTF-8. Pass a list while you rotate the secret: a
   * delivery signed with any secret in the list is authentic. Set to `false` to disable signature verification.
   * **Then any client that can reach the endpoint can forge events.**
   * @example secret: ['the-new-secret', 'the-previous-secret']
   */
  readonly secret: Secret | readonly Secret[] | false;
  /**
   * A name for this endpoint in contexts, logs and stores. It distinguishes the receivers that share a store.
   * At most 200 characters.
   * @default 'default'
   */
  readonly endpoint?: string;
  /**
   * The event types that this endpoint accepts, by name, alias or category (`'scan'`, `'scan.*'`). Other events get
   * the response 200 `ignored`, because SpiderFoot would retry a rejected event.
   * @default 'all'
   */
  readonly events?: 'all' | readonly EventFilter<NoInfer<Schemas>>[];
  /**
   * The header that contains the signature, or a list of headers. Only the first header that is present in the request
   * is checked.
   * The default has the header of each SpiderFoot sender that signs its requests.
   * @default ['x-spiderfoot-signature', 'x-spiderfoot-signature-256', 'x-signature-256']
   * @example signatureHeader: 'x-spiderfoot-signature' // only the dispatcher
   */
  readonly signatureHeader?: string | readonly string[];
  /**
   * The client addresses that may send events: IPv4 and IPv6 addresses, CIDR ranges, and the names `loopback` and
   * `private`. Other clients, and clients whose address is unknown, are rejected with 403.
   * @default undefined: all addresses
   * @example allowedIps: ['192.168.1.100', '10.0.0.0/24', 'loopback']
   */
  readonly allowedIps?: readonly string[];
  /**
   * The proxies in front of the receiver, in the same form as `allowedIps`. For a request from one of them, the
   * client's address is read from `X-Forwarded-For`, hop by hop from the right. **List only proxies that you operate:
   * a proxy in this list can claim any client address.**
   * @default undefined: the socket's address is used
   */
  readonly trustedProxies?: readonly string[];
  /**
   * The maximum size of a body, in bytes. A larger body is rejected with 413.
   * @default 1048576 (1 MiB)
   */
  readonly maxBodySize?: number;
  /**
   * The time limit for the complete body to arrive, in milliseconds. When it is exceeded, the delivery is rejected with
   * 408.
   * @default 5000
   */
  readonly bodyTimeout?: number;
  /**
   * The time limit of a handler, in milliseconds. When it is exceeded, `context.signal` is aborted and the handler
   * counts as failed. If the handler keeps running, the next attempt waits for it instead of starting it twice.
   *
   * Without a queue, the default is shorter than SpiderFoot's own timeout of 10 seconds. With a queue, no sender waits for
   * the handlers, so the default is five minutes.
   * @default 9000, or 300000 with a queue
   */
  readonly handlerTimeout?: number;
  /**
   * The maximum difference between an event's timestamp and now, in seconds, in both directions. Other events are
   * rejected with 401 `stale_event`. The timestamp is the time of the event, not of the request, so a tolerance also
   * rejects events that are delivered late. You do not need a tolerance to detect replayed requests, because the receiver
   * recognizes duplicates.
   *
   * A tolerance has no effect on SpiderFoot's notification channel, which does not write a timestamp. Its deliveries get
   * the time of arrival, so an attacker can replay a recorded delivery.
   * @default undefined: timestamps are not checked
   * @example tolerance: 300
   */
  readonly tolerance?: number;
  /**
   * The number of deliveries that the receiver remembers in memory, to recognize duplicates. A log or a queue recognizes
   * duplicates among all the deliveries that it has stored.
   * @default 10000
   */
  readonly dedupeCacheSize?: number;
  /**
   * A limiter of rate-limiter-flexible. A client that exceeds the limit is rejected with 429. If the limiter fails, or
   * does not respond within a second, the delivery is processed. The key is the client's address. All IPv6 addresses of
   * a /64 network share one key.
   * @default undefined: deliveries are not limited
   * @example rateLimiter: new RateLimiterMemory({ points: 100, duration: 60 })
   */
  readonly rateLimiter?: RateLimiter;
  /**
   * Your own zod schemas of `data`, by event type. They add event types, or replace the schemas of known types.
   * TypeScript infers the events of your handlers from them.
   * @example schemas: { 'asset.discovered': z.object({ asset: z.string() }) }
   */
  readonly schemas?: Schemas;
  /**
   * The log that records each authenticated delivery before and after its handlers run. If the log supports replay, as a
   * store of `@spiderfoot-webhooks/sqlite` does, the receiver's workers run the replayed deliveries: see
   * {@link Receiver.start}.
   * @default the queue, if it is also a log
   */
  readonly log?: DeliveryLog;
  /**
   * The queue that stores deliveries before their handlers run. A delivery gets the response 202 when it is stored, and
   * workers run its handlers later. The workers start with `serve`, {@link Receiver.start} or the first delivery.
   * @default undefined: handlers run before the response
   */
  readonly queue?: DeliveryQueue;
  /**
   * The number of unauthenticated requests that the store keeps, so that you can find out why they were rejected: the newest
   * ones of this endpoint, at most 1000. All rejections are counted, regardless of this number.
   *
   * The store keeps the method, the headers and the first 64 KiB of the body, if the body was read. The values of headers
   * that carry credentials are replaced by `[removed]`. So is a value that contains a secret of the receiver, and a body
   * that contains one is not kept. **Other data in a body is kept as it was sent.**
   *
   * Requires a SQLite or PostgreSQL store as `log` or `queue`. Read the requests with `store.rejections()` and
   * `store.rejection(key)`.
   * @default 0
   * @example keepRejected: 100
   */
  readonly keepRejected?: number;
  /**
   * The logger for outcomes and errors. The methods of a pino logger fit.
   * @default a logger that writes nothing
   */
  readonly logger?: Logger;
  /**
   * A function that returns the current time, in milliseconds since 1970.
   * @default Date.now
   */
  readonly now?: () => number;
}
