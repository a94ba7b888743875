import type { EventContext } from './context.ts';
import type { Delivery } from './delivery.ts';
import { parseWith } from './events/envelope.ts';
import type { DataSchemas } from './events/schemas.ts';
import type { EventOf, EventSelector, WebhookEvent } from './events/types.ts';
import { refusalOfHeaders } from './guard/headers.ts';
import { clientAddress, normalAddress } from './guard/ip.ts';
import { secondsToWait } from './guard/rate.ts';
import { claimOf, identify } from './guard/signature.ts';
import { createObservers, type ErrorListener, type OutcomeListener, type Watch } from './observers.ts';
import type { ReceiverOptions } from './options.ts';
import type { Outcome, RefusalCode, Rejected } from './outcome.ts';
import { createRouter, type HandlerOptions, type Route } from './router.ts';
import { createRunner } from './runner.ts';
import { readOptions } from './settings.ts';
import { toStored, type Verified } from './stored.ts';
import { createTraffic } from './traffic.ts';
import { createWorker, enqueue } from './worker.ts';

/** A function of yours that is called with an event. What it returns is awaited; what it throws fails the delivery. */
export type EventHandler<Event> = (event: Event, context: EventContext) => unknown;

/** Turns deliveries into outcomes, and events into calls of handlers. Made by {@link createReceiver}. */
export interface Receiver<Schemas extends DataSchemas = Record<never, never>> {
  /**
   * Registers a handler. All handlers of an event run, side by side, also when one of them throws.
   * @param type an event type, an alias of one (`scan.complete`), a category (`'scan.*'` takes `scan_completed` as
   *   well as `scan.archived`), `'all'`, or a list of these
   * @throws ConfigurationError for a type that is not known: add it to the option `schemas`
   * @example
   * receiver.on('scan_completed', (event) => console.log(event.data.target), { name: 'print' });
   */
  on<const Selector extends EventSelector<Schemas>>(
    type: Selector | readonly Selector[],
    handler: EventHandler<EventOf<Selector, Schemas>>,
    options?: HandlerOptions,
  ): Receiver<Schemas>;
  /** Registers a handler for every event, of known and unknown types. */
  onAny(handler: EventHandler<WebhookEvent<Schemas>>, options?: HandlerOptions): Receiver<Schemas>;
  /** Registers a handler for the events that no `on` takes, those of unknown types among them. */
  onUnhandled(handler: EventHandler<WebhookEvent<Schemas>>, options?: HandlerOptions): Receiver<Schemas>;
  /** Calls a function when handlers fail (with an `EventHandlingError`), or the limiter, the log or the queue. */
  onError(listener: ErrorListener): Receiver<Schemas>;
  /** Calls a function with every outcome, its code and its timings: what metrics hang on. */
  onOutcome(listener: OutcomeListener<WebhookEvent<Schemas>>): Receiver<Schemas>;
  /**
   * Takes one delivery through the whole pipeline. Adapters call it; `/testing` makes deliveries to call it with.
   * @param handle in place of the registered handlers, for an adapter that hands the event on to a route
   * @returns the outcome; a refusal is a value, not an exception
   */
  receive(
    delivery: Delivery,
    handle?: EventHandler<WebhookEvent<Schemas>>,
  ): Promise<Outcome<WebhookEvent<Schemas>>>;
  /**
   * Lets the workers run that work off a queue, or what is replayed out of a log. `webhookHandler` and its like call it
   * when they are mounted; needed only where neither an adapter nor a delivery is there to do so. Without such a store
   * it does nothing.
   */
  start(): void;
  /** Whether deliveries are answered before their handlers have run. */
  readonly queued: boolean;
  /** Refuses new deliveries with 503, waits for those in flight, and ends the workers. The store stays open: it is yours. */
  close(): Promise<void>;
}

/**
 * Makes a receiver: it verifies, parses and types what SpiderFoot sends, and hands it to your handlers.
 * @throws ConfigurationError that names the option, for anything that could not work
 * @example
 * const receiver = createReceiver({ secret: 'your-webhook-secret' });
 * receiver.on('scan_completed', (event) => console.log(`Scan of ${event.data.target} completed`));
 * app.all('/webhook', webhookHandler(receiver)); // from @spiderfoot-webhooks/express
 * @see the guide, "Webhook Security"
 */
export function createReceiver<const Schemas extends DataSchemas = Record<never, never>>(
  options: ReceiverOptions<Schemas>,
): Receiver<Schemas> {
  type Event = WebhookEvent<Schemas>;
  const settings = readOptions(options);
  const { endpoint, keys, log, queue, now, catalogue } = settings;
  const observers = createObservers(endpoint, settings.logger);
  const router = createRouter(catalogue, settings.handlerTimeout);
  const runner = createRunner(settings, observers);
  const { workSource } = settings;
  const worker =
    workSource === undefined ? undefined : createWorker(workSource, settings, router, runner, observers);
  const traffic = createTraffic();

  /** The way of a delivery, from top to bottom. Cheap refusals come before a byte of the body is read. */
  async function decide(
    delivery: Delivery,
    watch: Watch,
    handle: Route['run'] | undefined,
  ): Promise<Outcome> {
    if (traffic.closing) return refuse('shutting_down');
    if (delivery.method !== 'POST') return refuse('method_not_allowed');

    watch.ip = addressOf(delivery);
    if (settings.isAllowed !== undefined && !(watch.ip !== undefined && settings.isAllowed(watch.ip))) {
      return refuse('ip_not_allowed');
    }
    if (settings.rateLimiter !== undefined) {
      const retryAfter = await secondsToWait(settings.rateLimiter, watch.ip, (error) =>
        observers.error(error, 'rateLimiter'),
      );
      if (retryAfter !== undefined) return { ...refuse('rate_limited'), retryAfter };
    }
    const refused = refusalOfHeaders(delivery.header, settings.maxBodySize);
    if (refused !== undefined) return refuse(refused);
    const claim = keys === undefined ? undefined : claimOf(delivery.header, settings.signatureHeaders);
    if (claim?.code !== undefined) return refuse(claim.code);

    const body = await delivery.readBody(settings.maxBodySize, settings.bodyTimeout);
    watch.mark('body');
    if (typeof body === 'string') return refuse(body);

    const identified = identify(keys, body, claim?.digest);
    const id = identified instanceof Promise ? await identified : identified;
    if (id === undefined) return refuse('invalid_signature');

    const { ip, receivedAt } = watch;
    const eventHeader = delivery.header('x-spiderfoot-event');
    const parsed = parseWith<Schemas>(catalogue, body, receivedAt.getTime(), eventHeader);
    watch.mark('check');
    if (parsed.status === 'rejected') {
      const { event_type, error } = parsed;
      if (error !== undefined) observers.error(error, 'schemas', id);
      const unparsed = { event_type, dialect: undefined, scan_id: undefined, target: undefined };
      return refuseAuthentic({ ...parsed, id }, { id, endpoint, receivedAt, ip, ...unparsed, body });
    }
    const verified: Verified = { id, event: parsed.event, wire: parsed.wire, body, ip, receivedAt };
    if (!isFresh(parsed.event.timestamp)) {
      return refuseAuthentic({ ...refuse('stale_event'), id }, toStored(verified, endpoint));
    }
    const taken = take(verified, handle);
    const outcome = taken instanceof Promise ? await taken : taken;
    watch.mark('handle');
    return outcome;
  }

  /** A clock of the user's that fails must not lose the delivery: the system's stands in. */
  function beginWatch(): Watch {
    try {
      return observers.watch(new Date(now()));
    } catch (error) {
      observers.error(error, 'receiver');
      return observers.watch(new Date());
    }
  }

  function addressOf({ peer, header }: Delivery): string | undefined {
    const { isTrusted } = settings;
    if (isTrusted === undefined) return normalAddress(peer);
    return normalAddress(clientAddress(peer, header('x-forwarded-for'), isTrusted));
  }

  function isFresh(timestamp: string): boolean {
    if (settings.tolerance === undefined) return true;
    return Math.abs(now() - Date.parse(timestamp)) <= settings.tolerance * 1000;
  }

  /** An authenticated delivery is not lost by being refused: the log keeps it whole, with the reasons. */
  async function refuseAuthentic(
    rejected: Rejected,
    delivery: Parameters<typeof runner.record>[0],
  ): Promise<Rejected> {
    const { code, issues } = rejected;
    const failed = await runner.record(delivery, {
      state: 'rejected',
      attempt: 0,
      succeeded: [],
      code,
      issues,
    });
    return failed ?? rejected;
  }

  function countRefusal(code: RefusalCode, { receivedAt, ip }: Watch): void {
    try {
      log?.refused?.({ code, endpoint, receivedAt, ip });
    } catch (error) {
      observers.error(error, 'log');
    }
  }

  function take(verified: Verified, handle: Route['run'] | undefined): Outcome | Promise<Outcome> {
    if (!settings.takes(verified.event.event_type)) return ignore(verified);
    if (handle !== undefined)
      return runner.once(verified, [{ name: 'route', timeout: settings.handlerTimeout, run: handle }]);
    if (queue !== undefined) {
      worker?.start();
      return enqueue(queue, settings, observers, verified);
    }
    return runner.once(verified, router.routesOf(verified.event.event_type));
  }

  async function ignore(verified: Verified): Promise<Outcome> {
    const { id, event, wire } = verified;
    const failed = await runner.record(toStored(verified, endpoint), {
      state: 'ignored',
      attempt: 0,
      succeeded: [],
    });
    return failed ?? { status: 'ignored', id, event, wire };
  }

  async function receive(delivery: Delivery, handle?: EventHandler<Event>): Promise<Outcome<Event>> {
    traffic.enter();
    const watch = beginWatch();
    let outcome: Outcome;
    try {
      outcome = await decide(delivery, watch, handle);
    } catch (error) {
      // What a user's own function throws, `clientIp` for example, is answered and told: it must not end the process.
      observers.error(error, 'receiver');
      outcome = { ...refuse('receiver_failed'), error };
    }
    traffic.leave();
    if (outcome.status === 'rejected') {
      delivery.discardBody?.(settings.bodyTimeout);
      if (outcome.id === undefined) countRefusal(outcome.code, watch);
    }
    observers.outcome(outcome, watch);
    // The event came out of this receiver's own catalogue.
    return outcome as Outcome<Event>;
  }

  const receiver: Receiver<Schemas> = {
    on(type, handler, handlerOptions) {
      router.add(typeof type === 'string' ? [type] : type, handler, handlerOptions);
      return receiver;
    },
    onAny(handler, handlerOptions) {
      router.addAny(handler, handlerOptions);
      return receiver;
    },
    onUnhandled(handler, handlerOptions) {
      router.addUnhandled(handler, handlerOptions);
      return receiver;
    },
    onError(listener) {
      observers.addError(listener);
      return receiver;
    },
    onOutcome(listener) {
      observers.addOutcome(listener);
      return receiver;
    },
    receive,
    start: () => worker?.start(),
    queued: queue !== undefined,
    async close() {
      await traffic.drain();
      await worker?.close();
    },
  };
  return receiver;
}

function refuse(code: RefusalCode): Rejected {
  return { status: 'rejected', code };
}
