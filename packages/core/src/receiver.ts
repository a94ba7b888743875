import type { EventContext } from './context.ts';
import type { Delivery } from './delivery.ts';
import type { DataSchemas } from './events/schemas.ts';
import type { EventOf, EventSelector, WebhookEvent } from './events/types.ts';
import type { HandlerOptions } from './handler-options.ts';
import {
  createObservers,
  type DeadLetterListener,
  type ErrorListener,
  type OutcomeListener,
} from './observers.ts';
import type { ReceiverOptions } from './options.ts';
import type { Outcome } from './outcome.ts';
import { createPipeline } from './pipeline.ts';
import { createReceive } from './receive.ts';
import { createRouter } from './router.ts';
import { createRunner } from './runner.ts';
import { readOptions } from './settings.ts';
import { createTraffic } from './traffic.ts';
import { createWorker } from './worker.ts';

/** A function of yours that is called with an event. What it returns is awaited; what it throws fails the delivery. */
export type EventHandler<Event> = (event: Event, context: EventContext) => unknown;

declare const typedBy: unique symbol;

/** The schemas of a receiver; those of a part of one, as a function may ask for, are not known. */
type SchemasOf<This> = This extends Receiver<infer Schemas> ? Schemas : Record<never, never>;

/** Turns deliveries into outcomes, and events into calls of handlers. Made by {@link createReceiver}. */
export interface Receiver<Schemas extends DataSchemas = Record<never, never>> {
  /** Never called. A method's parameter is checked both ways, so that `Receiver[]` accepts receivers with schemas. */
  [typedBy]?(schemas: Schemas): void;
  /**
   * Registers a handler. All handlers of an event run, side by side, also when one of them throws.
   * @param type an event type, an alias of one (`scan.complete`), a category (`'scan.*'` takes `scan_completed` as
   *   well as `scan.archived`), `'all'`, or a list of these
   * @throws ConfigurationError for a type that is not known: add it to the option `schemas`
   * @example
   * receiver.on('scan_completed', (event) => console.log(event.data.target), { name: 'print' });
   */
  on<This, const Selector extends EventSelector<SchemasOf<This>>>(
    this: This,
    type: Selector | readonly Selector[],
    handler: EventHandler<EventOf<Selector, SchemasOf<This>>>,
    options?: HandlerOptions,
  ): This;
  /** Registers a handler for every event, of known and unknown types. */
  onAny<This>(
    this: This,
    handler: EventHandler<WebhookEvent<SchemasOf<This>>>,
    options?: HandlerOptions,
  ): This;
  /** Registers a handler for the events that no `on` takes, those of unknown types among them. */
  onUnhandled<This>(
    this: This,
    handler: EventHandler<WebhookEvent<SchemasOf<This>>>,
    options?: HandlerOptions,
  ): This;
  /**
   * Calls a function when handlers fail (with an `EventHandlingError`), or the limiter, the log or the queue. Not called if
   * handlers only ask for a later attempt by `RetryLater`.
   */
  onError<This>(this: This, listener: ErrorListener): This;
  /**
   * Calls a function with every outcome, its code and its timings: use it for metrics. Behind a queue a delivery has
   * several outcomes: `accepted`, and one for each attempt; `details.phase` tells them apart.
   * @example
   * receiver.onOutcome(({ status }, { phase, attempt, eventType }) => {
   *   const isNew = phase === 'received' && (status === 'accepted' || attempt === 1);
   *   if (isNew) events.inc({ type: eventType }); // each delivery once, however often it is sent or attempted
   * });
   */
  onOutcome<This>(this: This, listener: OutcomeListener<WebhookEvent<SchemasOf<This>>>): This;
  /**
   * Calls a function with each delivery that the queue does not attempt again: its handlers failed too often, its process
   * was lost too often, or its body can no longer be parsed. A replayed delivery that fails again is reported again. If the
   * function throws or rejects, `onError` is called with source `listener`, and nothing else happens.
   * @example
   * receiver.onDeadLetter(({ id, eventType, attempts, handlers }) => {
   *   const failed = handlers.filter(({ succeeded }) => !succeeded);
   *   page(`${eventType} ${id}: ${failed.map(({ name, error }) => `${name}: ${error}`).join('; ')}`);
   * });
   */
  onDeadLetter<This>(this: This, listener: DeadLetterListener): This;
  /**
   * Takes one delivery through the whole pipeline. Adapters call it; `/testing` makes deliveries to call it with.
   * @param handle in place of the registered handlers, for an adapter that hands the event on to a route
   * @returns the outcome; a refusal is a value, not an exception
   */
  receive<This>(
    this: This,
    delivery: Delivery,
    handle?: EventHandler<WebhookEvent<SchemasOf<This>>>,
  ): Promise<Outcome<WebhookEvent<SchemasOf<This>>>>;
  /**
   * Starts the workers that run the handlers of queued deliveries, and of deliveries that are replayed out of a log.
   * `serve` calls it, and so does the first delivery. Call it when your app starts without `serve`, so that deliveries of
   * an earlier run do not wait for the next one. Without such a store it does nothing.
   * @throws ConfigurationError if another receiver over the store has this `endpoint`
   */
  start(): void;
  /**
   * For adapters: call it when the receiver is mounted. It reserves the `endpoint` of the store and starts nothing, so that
   * importing an app runs no handler.
   * @param to what handles the events: the receiver's `handlers`, or the app's own `route` (as with `webhookMiddleware`).
   *   A receiver that is mounted for routes alone has no workers, and from then on `on`, `onAny` and `onUnhandled` throw,
   *   because their handlers would never run.
   * @throws ConfigurationError if another receiver over the store has this `endpoint`, or if a route would replace handlers
   *   that are registered already
   */
  mount(to: 'handlers' | 'route'): void;
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
  const settings = readOptions(options);
  const { endpoint, queue, catalogue, workSource } = settings;
  const observers = createObservers(endpoint, settings.logger);
  const router = createRouter(catalogue, settings.handlerTimeout);
  const runner = createRunner(settings, observers);
  const worker =
    workSource === undefined ? undefined : createWorker(workSource, settings, router, runner, observers);
  const traffic = createTraffic();
  const decide = createPipeline(settings, observers, router, runner, worker);
  const receive = createReceive(settings, observers, traffic, decide);
  let mounted: 'handlers' | 'route' | undefined;

  const receiver: Receiver<Schemas> = {
    on(type, handler, handlerOptions) {
      router.add(typeof type === 'string' ? [type] : type, handler, handlerOptions);
      return this;
    },
    onAny(handler, handlerOptions) {
      router.addAny(handler, handlerOptions);
      return this;
    },
    onUnhandled(handler, handlerOptions) {
      router.addUnhandled(handler, handlerOptions);
      return this;
    },
    onError(listener) {
      observers.addError(listener);
      return this;
    },
    onOutcome(listener) {
      observers.addOutcome(listener);
      return this;
    },
    onDeadLetter(listener) {
      observers.addDeadLetter(listener);
      return this;
    },
    receive<This>(
      this: This,
      delivery: Delivery,
      handle?: EventHandler<WebhookEvent<SchemasOf<This>>>,
    ): Promise<Outcome<WebhookEvent<SchemasOf<This>>>> {
      // The event comes out of this receiver's own catalogue.
      return receive(delivery, handle) as Promise<Outcome<WebhookEvent<SchemasOf<This>>>>;
    },
    start() {
      if (mounted !== 'route') worker?.start();
    },
    mount(to) {
      if (to === 'route') {
        router.replaceByRoute();
      } else {
        router.useHandlers();
        worker?.claim();
      }
      mounted = mounted === 'handlers' ? mounted : to;
    },
    queued: queue !== undefined,
    async close() {
      await traffic.drain();
      await worker?.close();
    },
  };
  return receiver;
}
