import type { Delivery } from '../adapter/delivery.ts';
import type { DataSchemas } from '../events/schemas.ts';
import type { EventOf, EventSelector, WebhookEvent } from '../events/types.ts';
import type { EventContext } from '../handlers/event-context.ts';
import type { HandlerOptions } from '../options/handler-options.ts';
import type { Outcome } from '../outcome/outcome.ts';
import type { DeliveryTracer } from '../reporting/delivery-tracer.ts';
import type { HandlerRunListener } from '../reporting/handler-run.ts';
import type { DeadLetterListener, ErrorListener, OutcomeListener } from '../reporting/observers.ts';

/**
 * A function of yours that is called with an event. If it returns a promise, the receiver waits for the promise. If it
 * throws, the delivery fails.
 */
export type EventHandler<Event> = (event: Event, context: EventContext) => unknown;

declare const typedBy: unique symbol;

/** The schemas of a receiver. A partial receiver, such as a `Pick` of its methods, has no known schemas. */
export type SchemasOf<This> = This extends Receiver<infer Schemas> ? Schemas : Record<never, never>;

/** Turns deliveries into outcomes, and passes their events to handlers. Created by `createReceiver`. */
export interface Receiver<Schemas extends DataSchemas = Record<never, never>> {
  /**
   * Never called. It must be a method, because the parameters of methods are bivariant. So `Receiver[]` accepts receivers
   * with schemas.
   * @hidden
   */
  [typedBy]?(schemas: Schemas): void;
  /**
   * Register a handler for one or more event types. All handlers of an event run concurrently, even if one of them throws.
   * @param type an event type, an alias (`scan.complete`), a category (`'scan.*'` matches both `scan_completed` and
   *   `scan.archived`), `'all'`, or a list of these
   * @throws ConfigurationError for an unknown type. To use a type of your own, add it to the option `schemas`
   * @example
   * receiver.on('scan_completed', (event) => console.log(event.data.target), { name: 'print' });
   */
  on<This, const Selector extends EventSelector<SchemasOf<This>>>(
    this: This,
    type: Selector | readonly Selector[],
    handler: EventHandler<EventOf<Selector, SchemasOf<This>>>,
    options?: HandlerOptions,
  ): This;
  /** Register a handler for every event, of known and unknown types. */
  onAny<This>(
    this: This,
    handler: EventHandler<WebhookEvent<SchemasOf<This>>>,
    options?: HandlerOptions,
  ): This;
  /** Register a handler for the events that no `on` handler matches, including events of unknown types. */
  onUnhandled<This>(
    this: This,
    handler: EventHandler<WebhookEvent<SchemasOf<This>>>,
    options?: HandlerOptions,
  ): This;
  /**
   * Remove a handler. If it is running, it finishes, but later deliveries and retries do not run it. Its name is free for
   * another handler.
   *
   * Every registration of the function for the type is removed. An alias counts as its type. If the function is not
   * registered for the type, nothing changes.
   * @param type the event type, category or list with which the handler was registered. To remove the handler from only
   *   some types of a list, pass those types
   * @param handler the same function that was registered
   * @throws ConfigurationError for an unknown type
   * @example
   * const print = (event: WebhookEvent) => console.log(event.event_type);
   * receiver.on('scan_completed', print);
   * receiver.off('scan_completed', print);
   */
  off<This, const Selector extends EventSelector<SchemasOf<This>>>(
    this: This,
    type: Selector | readonly Selector[],
    handler: EventHandler<EventOf<Selector, SchemasOf<This>>>,
  ): This;
  /** Remove a handler that was registered with {@link Receiver.onAny}. See {@link Receiver.off}. */
  offAny<This>(this: This, handler: EventHandler<WebhookEvent<SchemasOf<This>>>): This;
  /** Remove a handler that was registered with {@link Receiver.onUnhandled}. See {@link Receiver.off}. */
  offUnhandled<This>(this: This, handler: EventHandler<WebhookEvent<SchemasOf<This>>>): This;
  /**
   * Call a function with each error: an `EventHandlingError` if handlers failed, or the error of the rate limiter, the log
   * or the queue. `details.source` names the part that failed. The function is not called if handlers only ask for a
   * later attempt with `RetryLaterError`.
   * @example
   * receiver.onError((error, { source, id }) => console.error(source, id, error));
   */
  onError<This>(this: This, listener: ErrorListener): This;
  /**
   * Call a function with every outcome and its timings, for example to count metrics. With a queue, a delivery has
   * several outcomes: `accepted`, and one for each attempt. `details.phase` distinguishes them. The first attempt may end
   * before `accepted` is reported.
   * @example
   * receiver.onOutcome(({ status }, { phase, attempt, eventType }) => {
   *   const isNew = phase === 'received' && (status === 'accepted' || attempt === 1);
   *   if (isNew) events.inc({ type: eventType }); // counts each delivery once, even if it is retried
   * });
   */
  onOutcome<This>(this: This, listener: OutcomeListener<WebhookEvent<SchemasOf<This>>>): This;
  /**
   * Call a function with each dead letter: a delivery that the queue does not attempt again. Its handlers failed too
   * often, its process ended during too many attempts, or its body can no longer be parsed. A replayed delivery that
   * fails again is reported again. If the function throws or rejects, `onError` is called with the source `listener`, and
   * the delivery is not affected.
   * @example
   * receiver.onDeadLetter(({ id, eventType, attempts, handlers }) => {
   *   const failed = handlers.filter(({ succeeded }) => !succeeded);
   *   page(`${eventType} ${id}: ${failed.map(({ name, error }) => `${name}: ${error}`).join('; ')}`);
   * });
   */
  onDeadLetter<This>(this: This, listener: DeadLetterListener): This;
  /**
   * Call a function with each run of a handler when it ends, for example to measure how long a handler takes. A retry runs
   * only the handlers that have not succeeded, so the others have no further run. If a listener throws or rejects,
   * `onError` is called with the source `listener`, and the delivery is not affected.
   * @example
   * receiver.onHandlerRun(({ handler, succeeded, duration }) => console.log(handler, succeeded, `${duration} ms`));
   */
  onHandlerRun<This>(this: This, listener: HandlerRunListener): This;
  /**
   * Set the tracer, which follows each delivery and each run of a handler, for example with spans. Set it before the first
   * delivery.
   * @throws ConfigurationError if the receiver already has a tracer
   * @example
   * createOpenTelemetry().observe(receiver); // from telemetry/opentelemetry; calls useTracer
   */
  useTracer<This>(this: This, tracer: DeliveryTracer): This;
  /**
   * Receive one delivery. Adapters call this method. To call it in a test, create deliveries with `core/testing`.
   * @param handle runs instead of the registered handlers, for an adapter that passes the event to a route
   * @returns the outcome. A rejection is a value, not an exception
   */
  receive<This>(
    this: This,
    delivery: Delivery,
    handle?: EventHandler<WebhookEvent<SchemasOf<This>>>,
  ): Promise<Outcome<WebhookEvent<SchemasOf<This>>>>;
  /**
   * Wait until the store can be used. A store on a server connects, checks the server and updates its tables. `serve` calls
   * this method before it listens. Without a store that connects to a server, the promise resolves at once.
   * @throws the error of the store
   */
  ready(): Promise<void>;
  /**
   * Start the workers that run the handlers of queued deliveries and of deliveries that are replayed from a log.
   * `serve` calls this method, and so does the first delivery. If your app does not use `serve`, call it at startup,
   * so that deliveries of an earlier run do not wait for the next delivery. Without a queue, and without a log that
   * supports replay, nothing happens.
   * @throws ConfigurationError if another receiver already uses this `endpoint` of the store
   */
  start(): void;
  /**
   * Reserve the `endpoint` of the store. Adapters call this when the receiver is mounted. It starts no workers, so
   * that importing an app does not run handlers.
   * @param to `'handlers'` if the receiver's handlers get the events, or `'route'` if a route of the app gets them, as
   *   with `webhookMiddleware`. A receiver that is mounted only for routes has no workers, and its `on`, `onAny` and
   *   `onUnhandled` throw, because their handlers would never run.
   * @throws ConfigurationError if another receiver already uses this `endpoint` of the store, or if a route would replace
   *   handlers that are already registered
   */
  mount(to: 'handlers' | 'route'): void;
  /** Whether deliveries get their responses before their handlers run. */
  readonly queued: boolean;
  /** The option `endpoint`: the label of this receiver in logs, in metrics and in the store. */
  readonly endpoint: string;
  /** The names of the registered handlers, in registration order. */
  readonly handlerNames: readonly string[];
  /**
   * Reject new deliveries with 503, wait for deliveries in flight, and stop the workers. This does not close the store:
   * close it afterwards.
   */
  close(): Promise<void>;
}
