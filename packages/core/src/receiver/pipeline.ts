import type { Delivery } from '../adapter/delivery.ts';
import { clientAddress, normalAddress } from '../checks/client-address.ts';
import { secondsToWait } from '../checks/rate-limit.ts';
import { checkRequestHeaders } from '../checks/request-headers.ts';
import { identify, readSignature } from '../checks/signature-header.ts';
import { parseWith } from '../events/envelope.ts';
import type { Route, Router } from '../handlers/router.ts';
import type { Settings } from '../options/settings.ts';
import { type Outcome, type Rejected, rejectWith } from '../outcome/outcome.ts';
import type { RejectionCode } from '../outcome/rejections.ts';
import type { Observation } from '../reporting/observation.ts';
import type { Observers } from '../reporting/observers.ts';
import { idOfOneShot } from '../signature/signature.ts';
import type { StoredDelivery } from '../stores/stored-delivery.ts';
import type { DeliveryRunner } from './delivery-runner.ts';
import { enqueue, type QueueConsumer } from './queue-consumer.ts';
import { connectionClosed, rejectAndClose } from './reject-and-close.ts';
import { toStored, type VerifiedDelivery } from './verified-delivery.ts';

/**
 * Decide the outcome of one delivery.
 * @param handle runs instead of the router's routes
 */
export type Pipeline = (
  delivery: Delivery,
  observation: Observation,
  handle: Route['run'] | undefined,
) => Promise<Outcome>;

export function createPipeline(
  settings: Settings,
  observers: Observers,
  router: Router,
  runner: DeliveryRunner,
  worker: QueueConsumer | undefined,
): Pipeline {
  const { endpoint, keys, queue, now, catalogue } = settings;

  /** Run all checks of a delivery, in order. The headers are checked before the body is read. */
  async function decide(
    delivery: Delivery,
    observation: Observation,
    handle: Route['run'] | undefined,
  ): Promise<Outcome> {
    const reject = (code: RejectionCode) => rejectAndClose(delivery, code);
    if (delivery.method !== 'POST') return reject('method_not_allowed');

    observation.ip = addressOf(delivery);
    if (
      settings.isAllowed !== undefined &&
      !(observation.ip !== undefined && settings.isAllowed(observation.ip))
    ) {
      return reject('ip_not_allowed');
    }
    if (settings.rateLimiter !== undefined) {
      const retryAfter = await secondsToWait(settings.rateLimiter, observation.ip, (error) =>
        observers.sideError(error, 'rateLimiter', observation),
      );
      if (retryAfter !== undefined) return { ...reject('rate_limited'), retryAfter };
    }
    const headerRejection = checkRequestHeaders(delivery.header, settings.maxBodySize);
    if (headerRejection !== undefined) return reject(headerRejection);
    const signature =
      keys === undefined ? undefined : readSignature(delivery.header, settings.signatureHeaders);
    if (signature?.rejected !== undefined)
      return { ...reject(signature.rejected.code), ...signature.rejected };

    const body = await delivery.readBody(settings.maxBodySize, settings.bodyTimeout);
    observation.mark('body');
    // Requests of one packet are read concurrently, so an earlier one may have been rejected in the meantime.
    if (delivery.connectionClosing === true) return connectionClosed;
    if (typeof body === 'string') return reject(body);
    observation.bodySize = body.byteLength;
    if (settings.keepRejected > 0) observation.body = body;
    // Readers of a stream stop at the limit. Bytes that a body parser has kept may exceed it.
    if (body.byteLength > settings.maxBodySize) return reject('body_too_large');

    const identified = identify(keys, body, signature?.digest);
    const idOfBytes = identified instanceof Promise ? await identified : identified;
    if (idOfBytes === undefined) return reject('invalid_signature');

    const { ip, receivedAt, trace } = observation;
    const eventHeader = delivery.header('x-spiderfoot-event');
    const { parsed, oneShot } = parseWith(catalogue, body, receivedAt.getTime(), eventHeader);
    const id = oneShot ? idOfOneShot(idOfBytes) : idOfBytes;
    observation.id = id;
    observation.mark('check');
    if (parsed.status === 'rejected') {
      const { eventType, error } = parsed;
      observation.eventType = eventType;
      if (error !== undefined) observers.error(error, 'schemas', observation);
      const unparsed = { eventType, dialect: undefined, scanId: undefined, target: undefined };
      return rejectAuthentic(
        { ...parsed, id },
        { id, endpoint, receivedAt, ip, ...unparsed, body, traceContext: trace?.stored },
        observation,
      );
    }
    const { event, wire } = parsed;
    observation.eventType = event.event_type;
    const verified: VerifiedDelivery = {
      id,
      event,
      wire,
      body,
      ip,
      receivedAt,
      trace,
      waitUntil: delivery.waitUntil,
    };
    if (!isFresh(event.timestamp)) {
      return rejectAuthentic({ ...rejectWith('stale_event'), id }, toStored(verified, endpoint), observation);
    }
    const handled = handleVerified(verified, handle, observation);
    const outcome = handled instanceof Promise ? await handled : handled;
    observation.mark('handle');
    return outcome;
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

  /**
   * Record a rejected delivery that is authenticated, so that it is not lost. The log keeps its body and the reasons.
   */
  async function rejectAuthentic(
    rejected: Rejected,
    delivery: StoredDelivery,
    observation: Observation,
  ): Promise<Rejected> {
    const { code, issues } = rejected;
    const entryState = { state: 'rejected', attempt: 0, succeeded: [], code, issues } as const;
    return (await runner.record(delivery, entryState, observation)) ?? rejected;
  }

  function handleVerified(
    verified: VerifiedDelivery,
    handle: Route['run'] | undefined,
    observation: Observation,
  ): Outcome | Promise<Outcome> {
    if (!settings.accepts(verified.event.event_type)) return ignore(verified, observation);
    if (handle !== undefined) {
      const route = { name: 'route', timeout: settings.handlerTimeout, run: handle };
      return runner.once(verified, [route], observation);
    }
    if (queue !== undefined) {
      worker?.start();
      return enqueue(queue, settings, observers, verified, observation);
    }
    worker?.startForReplays();
    return runner.once(verified, router.routesOf(verified.event.event_type), observation);
  }

  async function ignore(verified: VerifiedDelivery, observation: Observation): Promise<Outcome> {
    const { id, event, wire } = verified;
    const entryState = { state: 'ignored', attempt: 0, succeeded: [] } as const;
    const failed = await runner.record(toStored(verified, endpoint), entryState, observation);
    return failed ?? { status: 'ignored', id, event, wire };
  }

  return decide;
}
