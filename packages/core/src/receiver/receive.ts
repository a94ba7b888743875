import type { Delivery } from '../adapter/delivery.ts';
import { isThenable } from '../data/promises.ts';
import type { Route } from '../handlers/router.ts';
import type { Settings } from '../options/settings.ts';
import { type Outcome, rejectWith } from '../outcome/outcome.ts';
import type { RejectionCode } from '../outcome/rejections.ts';
import { createKeepRequest } from '../rejected/keep-request.ts';
import type { TraceStart } from '../reporting/delivery-tracer.ts';
import type { Observation } from '../reporting/observation.ts';
import type { Observers } from '../reporting/observers.ts';
import type { InFlight } from './in-flight.ts';
import type { Pipeline } from './pipeline.ts';
import { connectionClosed, rejectAndClose } from './reject-and-close.ts';

/**
 * Receive one delivery, and report its outcome. Never rejects: if a function that the user passed throws, the outcome is
 * `receiver_failed`.
 * @param handle runs instead of the router's routes
 */
export type Receive = (delivery: Delivery, handle: Route['run'] | undefined) => Promise<Outcome>;

export function createReceive(
  { endpoint, log, queue, now, bodyTimeout, keepRejected, secrets, signatureHeaders }: Settings,
  observers: Observers,
  inFlight: InFlight,
  decide: Pipeline,
): Receive {
  const keepRequest = keepRejected > 0 ? createKeepRequest(secrets, signatureHeaders) : undefined;

  /** If the user's clock fails, use the system clock, so that the delivery is not lost. */
  function startObservation(): Observation {
    try {
      return observers.observe(new Date(now()), 'received');
    } catch (error) {
      const observation = observers.observe(new Date(), 'received');
      observers.sideError(error, 'receiver', observation);
      return observation;
    }
  }

  function traceStart(
    delivery: Delivery,
    { phase, receivedAt }: Observation,
    handle: Route['run'] | undefined,
  ): TraceStart {
    const queued = queue !== undefined && handle === undefined;
    const header = (name: string) => delivery.header(name);
    return { endpoint, phase, queued, receivedAt, attempt: 0, stored: undefined, header };
  }

  /** No response depends on the count, so a failure is reported instead of ending the process. */
  function countRejection(code: RejectionCode, observation: Observation, delivery: Delivery): void {
    const { receivedAt, ip } = observation;
    const report = (error: unknown) => observers.sideError(error, 'log', observation);
    const kept = keptRequest(observation, delivery);
    try {
      const counted: unknown = log?.recordRejection?.({ code, endpoint, receivedAt, ip, ...kept });
      if (isThenable(counted)) counted.then(undefined, report);
    } catch (error) {
      report(error);
    }
  }

  /** If the headers cannot be read, the rejection is still counted. */
  function keptRequest(observation: Observation, delivery: Delivery) {
    if (keepRequest === undefined) return undefined;
    try {
      return { request: keepRequest(delivery, observation.body), keep: keepRejected };
    } catch (error) {
      observers.sideError(error, 'receiver', observation);
      return undefined;
    }
  }

  /** The sender must get its response even if the user's adapter fails to discard the body. */
  async function discardBody(delivery: Delivery, observation: Observation): Promise<void> {
    try {
      await delivery.discardBody?.(bodyTimeout);
    } catch (error) {
      observers.sideError(error, 'receiver', observation);
    }
  }

  return async function receive(delivery, handle) {
    inFlight.enter();
    const observation = startObservation();
    observation.waitUntil = delivery.waitUntil;
    let outcome: Outcome;
    try {
      if (delivery.connectionClosing === true) outcome = connectionClosed;
      else if (inFlight.closing) outcome = rejectAndClose(delivery, 'shutting_down');
      else {
        observers.beginTrace(observation, () => traceStart(delivery, observation, handle));
        const { trace } = observation;
        const decided = () => decide(delivery, observation, handle);
        outcome = await (trace === undefined ? decided() : trace.run(decided));
      }
    } catch (error) {
      // A function that the user passed, for example `clientIp`, must not end the process.
      observers.error(error, 'receiver', observation);
      outcome = { ...rejectWith('receiver_failed'), error };
    }
    if (inFlight.closing && outcome.id !== undefined) outcome = { ...outcome, closing: true };
    inFlight.leave();
    if (outcome === connectionClosed) {
      observers.endTrace(outcome, observation);
      return outcome;
    }
    if (outcome.status === 'rejected' && outcome.id === undefined)
      countRejection(outcome.code, observation, delivery);
    observers.outcome(outcome, observation);
    if (outcome.status === 'rejected') await discardBody(delivery, observation);
    return outcome;
  };
}
