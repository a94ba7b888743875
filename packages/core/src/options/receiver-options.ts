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
   * @default ['x-spiderfoot-signature', 'x-spiderfoot-signature-256', 'x-signature-256'], one for each of SpiderFoot's senders
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
   * @default 9000, because SpiderFoot times out after 10 seconds. 300000 with a queue, because no sender waits
   */
  readonly handlerTimeout?: number;
  /**
   * The maximum difference between an event's timestamp and now, in seconds, in both directions. Other events are
   * rejected with 401 `stale_event`. The timestamp is the time of the event, not of the request, so a tolerance also
   * rejects events that are delivered late. You do not need it to catch replayed requests. SpiderFoot's notification
   * channel does not write a timestamp. Its deliveries get the time of arrival, so they are always fresh, and an
   * attacker can replay a recorded one.
   * @default undefined: timestamps are not checked
   */
  readonly tolerance?: number;
  /**
   * The number of deliveries that the receiver remembers to recognize duplicates, if it has no log or queue that does.
   * @default 10000
   */
  readonly dedupeCacheSize?: number;
  /** A limiter of rate-limiter-flexible. Its keys are client addresses. IPv6 addresses are grouped by their /64. */
  readonly rateLimiter?: RateLimiter;
  /**
   * Your own zod schemas of `data`, by event type. They add event types, or replace the schemas of known types. The
   * types of handlers are inferred from them.
   * @example schemas: { 'asset.discovered': z.object({ asset: z.string() }) }
   */
  readonly schemas?: Schemas;
  /**
   * Records authenticated deliveries before and after their handlers run. A log that supports replay, such as a store
   * of `@spiderfoot-webhooks/sqlite`, passes replayed deliveries to the receiver's workers: see {@link Receiver.start}.
   */
  readonly log?: DeliveryLog;
  /**
   * Stores deliveries before their handlers run. A delivery gets the response 202 when it is stored, and workers run
   * its handlers later. The workers start with `serve`, {@link Receiver.start} or the first delivery. A queue that is
   * also a log is used as the log if you do not pass one.
   */
  readonly queue?: DeliveryQueue;
  /**
   * The logger for outcomes and errors. The methods of a pino logger fit.
   * @default a logger that writes nothing
   */
  readonly logger?: Logger;
  /**
   * Returns the current time, in milliseconds since 1970.
   * @default Date.now
   */
  readonly now?: () => number;
}
