import type { RateLimiter } from '../checks/rate-limiter.ts';
import type { DataSchemas } from '../events/schemas.ts';
import type { Category, EventAlias, EventsByType } from '../events/types.ts';
import type { Logger } from '../reporting/logger.ts';
import type { Secret } from '../signature/secret.ts';
import type { DeliveryLog } from '../stores/delivery-log.ts';
import type { DeliveryQueue } from '../stores/delivery-queue.ts';

/** What an endpoint can be told to take: a type, an alias, or a category as SpiderFoot's own filter writes it. */
export type EventFilter<Schemas extends DataSchemas> =
  | (keyof EventsByType<Schemas> & string)
  | EventAlias
  | Category<Schemas>
  | `${Category<Schemas>}.*`
  | 'all';

export interface ReceiverOptions<Schemas extends DataSchemas = Record<never, never>> {
  /**
   * The secret shared with SpiderFoot; a string is taken as UTF-8. Several while one is being replaced: a delivery
   * signed with any of them is genuine. `false` switches verification off: **then anybody who can reach the
   * endpoint can make up events.**
   * @example secret: ['the-new-secret', 'the-one-before']
   */
  readonly secret: Secret | readonly Secret[] | false;
  /**
   * A label for this endpoint, in contexts, logs and stores: what tells several receivers over one store apart.
   * @default 'default'
   */
  readonly endpoint?: string;
  /**
   * The types this endpoint takes, by name, alias or category (`'scan'`, `'scan.*'`). Others are answered 200
   * `ignored`, because SpiderFoot would send a rejected event again.
   * @default 'all'
   */
  readonly events?: 'all' | readonly EventFilter<NoInfer<Schemas>>[];
  /**
   * The header with the signature, or a list: the first of them that a request has is used, and the others are not
   * looked at.
   * @default ['x-spiderfoot-signature', 'x-spiderfoot-signature-256', 'x-signature-256'], one for each of SpiderFoot's senders
   * @example signatureHeader: 'x-spiderfoot-signature' // the dispatcher alone
   */
  readonly signatureHeader?: string | readonly string[];
  /**
   * The client addresses that may send: addresses, CIDR ranges, IPv4 and IPv6, and the names `loopback` and
   * `private`. Others, and clients whose address is not known, are answered 403.
   * @default undefined: all
   * @example allowedIps: ['192.168.1.100', '10.0.0.0/24', 'loopback']
   */
  readonly allowedIps?: readonly string[];
  /**
   * The proxies in front of the receiver, in the same forms. Behind them the client's address is taken from
   * `X-Forwarded-For`, hop by hop from its right end. **Name only proxies of your own: whoever is named here can
   * claim any address.**
   * @default undefined: the socket's address counts
   */
  readonly trustedProxies?: readonly string[];
  /**
   * The largest body taken, in bytes; a larger one is answered 413.
   * @default 1048576 (1 MiB)
   */
  readonly maxBodySize?: number;
  /**
   * Milliseconds for the whole body to arrive; then the answer is 408.
   * @default 5000
   */
  readonly bodyTimeout?: number;
  /**
   * Milliseconds a handler may take before its signal is aborted and it counts as failed. What runs on is waited for by
   * the next try, not started twice.
   * @default 9000, because SpiderFoot ends a request after 10 seconds; 300000 with a queue, because no sender waits
   */
  readonly handlerTimeout?: number;
  /**
   * How far, in seconds, an event's time may be from now, before or after; others are answered 401 `stale_event`.
   * The time is the event's, not the sending's: a window loses late events. Replays are caught without it. SpiderFoot's
   * notification channel writes no time: the time of arrival is used, so its deliveries are always fresh, and a
   * recorded one can be sent again.
   * @default undefined: no window
   */
  readonly tolerance?: number;
  /**
   * How many deliveries the receiver remembers for telling duplicates, where no log or queue does.
   * @default 10000
   */
  readonly dedupeCacheSize?: number;
  /** A limiter of the library rate-limiter-flexible. Its keys are client addresses, IPv6 ones by their /64. */
  readonly rateLimiter?: RateLimiter;
  /**
   * Your own zod schemas of `data`, by event type: for further types, or in place of a known one. Handlers are
   * typed by them.
   * @example schemas: { 'asset.discovered': z.object({ asset: z.string() }) }
   */
  readonly schemas?: Schemas;
  /**
   * Where authenticated deliveries are recorded before and after their handlers. One that can replay (a store of
   * `@spiderfoot-webhooks/sqlite`) hands replayed deliveries to the receiver's workers: see {@link Receiver.start}.
   */
  readonly log?: DeliveryLog;
  /**
   * With a queue a delivery is answered 202 once it is stored, and workers run its handlers later: they start with
   * `serve`, {@link Receiver.start} or the first delivery. A queue that is a log as well is the log if none is given.
   */
  readonly queue?: DeliveryQueue;
  /** @default silent */
  readonly logger?: Logger;
  /**
   * The wall clock, in milliseconds since 1970.
   * @default Date.now
   */
  readonly now?: () => number;
}
