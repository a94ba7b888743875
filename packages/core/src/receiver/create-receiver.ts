import type { Delivery } from '../adapter/delivery.ts';
import type { DataSchemas } from '../events/schemas.ts';
import type { WebhookEvent } from '../events/types.ts';
import { createRouter } from '../handlers/router.ts';
import type { ReceiverOptions } from '../options/receiver-options.ts';
import { readOptions } from '../options/settings.ts';
import type { Outcome } from '../outcome/outcome.ts';
import { createObservers } from '../reporting/observers.ts';
import { createDeliveryRunner } from './delivery-runner.ts';
import { createInFlight } from './in-flight.ts';
import { createPipeline } from './pipeline.ts';
import { createQueueConsumer } from './queue-consumer.ts';
import { createReceive } from './receive.ts';
import type { EventHandler, Receiver, SchemasOf } from './receiver.ts';

/**
 * Create a receiver. It verifies, parses and types the events that SpiderFoot sends, and passes them to your handlers.
 * @throws ConfigurationError that names the option, if an option is invalid
 * @example
 * const receiver = createReceiver({ secret: 'your-webhook-secret' });
 * receiver.on('scan_completed', (event) => console.log(`Scan of ${event.data.target} completed`));
 * app.all('/webhook', webhookHandler(receiver)); // from @spiderfoot-webhooks/express
 * @see SpiderFoot's Webhook Integration Guide, "Webhook Security"
 */
export function createReceiver<const Schemas extends DataSchemas = Record<never, never>>(
  options: ReceiverOptions<Schemas>,
): Receiver<Schemas> {
  const settings = readOptions(options);
  const { endpoint, queue, log, catalogue, workSource } = settings;
  const observers = createObservers(endpoint, settings.logger);
  const router = createRouter(catalogue, settings.handlerTimeout);
  const runner = createDeliveryRunner(settings, observers);
  const worker =
    workSource === undefined
      ? undefined
      : createQueueConsumer(workSource, settings, router, runner, observers);
  const inFlight = createInFlight();
  const decide = createPipeline(settings, observers, router, runner, worker);
  const receive = createReceive(settings, observers, inFlight, decide);
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
    off(type, handler) {
      router.remove(typeof type === 'string' ? [type] : type, handler);
      return this;
    },
    offAny(handler) {
      router.removeAny(handler);
      return this;
    },
    offUnhandled(handler) {
      router.removeUnhandled(handler);
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
    onHandlerRun(listener) {
      observers.addHandlerRun(listener);
      return this;
    },
    useTracer(tracer) {
      observers.setTracer(tracer);
      return this;
    },
    receive<This>(
      this: This,
      delivery: Delivery,
      handle?: EventHandler<WebhookEvent<SchemasOf<This>>>,
    ): Promise<Outcome<WebhookEvent<SchemasOf<This>>>> {
      // The cast is safe: the event was parsed with this receiver's own catalogue.
      return receive(delivery, handle) as Promise<Outcome<WebhookEvent<SchemasOf<This>>>>;
    },
    async ready() {
      await Promise.all([queue?.ready?.(), log?.ready?.()]);
    },
    start() {
      if (mounted !== 'route') worker?.start();
    },
    mount(to) {
      if (to === 'route') {
        router.replaceByRoute();
      } else {
        router.useHandlers();
        worker?.reserve();
      }
      mounted = mounted === 'handlers' ? mounted : to;
    },
    queued: queue !== undefined,
    endpoint,
    get handlerNames() {
      return router.names();
    },
    async close() {
      await inFlight.drain();
      await worker?.close();
    },
  };
  return receiver;
}
