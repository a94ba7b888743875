import type { Delivery } from '../adapter/delivery.ts';
import { clientAddress, normalAddress } from '../checks/client-address.ts';
import { secondsToWait } from '../checks/rate-limit.ts';
import { checkRequestHeaders } from '../checks/request-headers.ts';
import { claimOf, identify } from '../checks/signature-header.ts';
import { parseWith } from '../events/envelope.ts';
import type { Route, Router } from '../handlers/router.ts';
import type { Runner } from '../handlers/runner.ts';
import type { Settings } from '../options/settings.ts';
import { type Outcome, type Rejected, rejectWith } from '../outcome/outcome.ts';
import type { RejectionCode } from '../outcome/rejections.ts';
import type { Observers } from '../reporting/observers.ts';
import type { Watch } from '../reporting/watch.ts';
import { idOfOneShot } from '../signature/signature.ts';
import type { StoredDelivery } from '../stores/stored-delivery.ts';
import { enqueue, type QueueConsumer } from './queue-consumer.ts';
import { overtaken, rejectAndClose } from './reject-and-close.ts';
import { toStored, type Verified } from './verified.ts';

/**
 * Decide the outcome of one delivery.
 * @param handle in place of the router's routes
 */
export type Pipeline = (
  delivery: Delivery,
  watch: Watch,
  handle: Route['run'] | undefined,
) => Promise<Outcome>;

export function createPipeline(
  settings: Settings,
  observers: Observers,
  router: Router,
  runner: Runner,
  worker: QueueConsumer | undefined,
): Pipeline {
  const { endpoint, keys, queue, now, catalogue } = settings;

  /** Take a delivery through all checks, in order. Checks of the headers run before the body is read. */
  async function decide(
    delivery: Delivery,
    watch: Watch,
    handle: Route['run'] | undefined,
  ): Promise<Outcome> {
    const reject = (code: RejectionCode) => rejectAndClose(delivery, code);
    if (delivery.method !== 'POST') return reject('method_not_allowed');

    watch.ip = addressOf(delivery);
    if (settings.isAllowed !== undefined && !(watch.ip !== undefined && settings.isAllowed(watch.ip))) {
      return reject('ip_not_allowed');
    }
    if (settings.rateLimiter !== undefined) {
      const retryAfter = await secondsToWait(settings.rateLimiter, watch.ip, (error) =>
        observers.sideError(error, 'rateLimiter', watch),
      );
      if (retryAfter !== undefined) return { ...reject('rate_limited'), retryAfter };
    }
    const refused = checkRequestHeaders(delivery.header, settings.maxBodySize);
    if (refused !== undefined) return reject(refused);
    const claim = keys === undefined ? undefined : claimOf(delivery.header, settings.signatureHeaders);
    if (claim?.rejected !== undefined) return { ...reject(claim.rejected.code), ...claim.rejected };

    const body = await delivery.readBody(settings.maxBodySize, settings.bodyTimeout);
    watch.mark('body');
    // Requests of one packet are read concurrently, so an earlier one may have been rejected in the meantime.
    if (delivery.connectionClosing === true) return overtaken;
    if (typeof body === 'string') return reject(body);

    const identified = identify(keys, body, claim?.digest);
    const idOfBytes = identified instanceof Promise ? await identified : identified;
    if (idOfBytes === undefined) return reject('invalid_signature');

    const { ip, receivedAt } = watch;
    const eventHeader = delivery.header('x-spiderfoot-event');
    const { parsed, oneShot } = parseWith(catalogue, body, receivedAt.getTime(), eventHeader);
    const id = oneShot ? idOfOneShot(idOfBytes) : idOfBytes;
    watch.id = id;
    watch.mark('check');
    if (parsed.status === 'rejected') {
      const { eventType, error } = parsed;
      watch.eventType = eventType;
      if (error !== undefined) observers.error(error, 'schemas', watch);
      const unparsed = { eventType, dialect: undefined, scanId: undefined, target: undefined };
      return rejectAuthentic({ ...parsed, id }, { id, endpoint, receivedAt, ip, ...unparsed, body }, watch);
    }
    const { event, wire } = parsed;
    watch.eventType = event.event_type;
    const verified: Verified = { id, event, wire, body, ip, receivedAt, waitUntil: delivery.waitUntil };
    if (!isFresh(event.timestamp)) {
      return rejectAuthentic({ ...rejectWith('stale_event'), id }, toStored(verified, endpoint), watch);
    }
    const taken = take(verified, handle, watch);
    const outcome = taken instanceof Promise ? await taken : taken;
    watch.mark('handle');
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
    watch: Watch,
  ): Promise<Rejected> {
    const { code, issues } = rejected;
    const standing = { state: 'rejected', attempt: 0, succeeded: [], code, issues } as const;
    return (await runner.record(delivery, standing, watch)) ?? rejected;
  }

  function take(
    verified: Verified,
    handle: Route['run'] | undefined,
    watch: Watch,
  ): Outcome | Promise<Outcome> {
    if (!settings.takes(verified.event.event_type)) return ignore(verified, watch);
    if (handle !== undefined) {
      const route = { name: 'route', timeout: settings.handlerTimeout, run: handle };
      return runner.once(verified, [route], watch);
    }
    if (queue !== undefined) {
      worker?.start();
      return enqueue(queue, settings, observers, verified, watch);
    }
    worker?.startForReplays();
    return runner.once(verified, router.routesOf(verified.event.event_type), watch);
  }

  async function ignore(verified: Verified, watch: Watch): Promise<Outcome> {
    const { id, event, wire } = verified;
    const standing = { state: 'ignored', attempt: 0, succeeded: [] } as const;
    const failed = await runner.record(toStored(verified, endpoint), standing, watch);
    return failed ?? { status: 'ignored', id, event, wire };
  }

  return decide;
}
