import type { IncomingMessage, RequestListener, ServerResponse } from 'node:http';
import type { Outcome, OutcomeDetails, Receiver, WebhookEvent } from '@spiderfoot-webhooks/core';
import type { BodyRead } from '@spiderfoot-webhooks/core/adapter';
import { NodeDelivery, sendOutcome, socketAddress } from '@spiderfoot-webhooks/core/adapter/node';

/** The outcome of a delivery. */
export interface DeliveryResult {
  readonly outcome: Outcome<WebhookEvent>;
  readonly details: OutcomeDetails;
}

/** A request to a webhook, and its outcome. */
export interface AnsweredRequest extends DeliveryResult {
  readonly req: IncomingMessage;
  /** `undefined` if the body was not read, or bodies are not kept. */
  readonly body: Uint8Array | undefined;
}

/** Observes the outcomes of deliveries. */
export interface Watcher {
  /**
   * Called before a request is answered.
   * @returns whether to send the outcome as the response. `false` if the event could not be written to the output
   */
  answered(request: AnsweredRequest): Promise<boolean>;
  /** Called after each attempt at a queued or replayed delivery, whether it succeeded or failed. */
  handled(result: DeliveryResult): void;
}

/**
 * Serve a receiver, and report the outcome of each delivery.
 * @param keepBodies whether to keep bodies, to show them
 */
export function webhookRoute(receiver: Receiver, watcher: Watcher, keepBodies: boolean): RequestListener {
  /** The details of each outcome that `receive` returns. */
  const detailsOf = new WeakMap<DeliveryResult['outcome'], OutcomeDetails>();
  receiver.onOutcome((outcome, details) => {
    if (details.phase === 'received') detailsOf.set(outcome, details);
    else watcher.handled({ outcome, details });
  });
  receiver.mount('handlers');

  async function answer(req: IncomingMessage, res: ServerResponse): Promise<void> {
    const peer = () => socketAddress(req);
    const delivery = keepBodies ? new KeepingDelivery(req, peer) : new NodeDelivery(req, peer);
    const outcome = await receiver.receive(delivery);
    const details = detailsOf.get(outcome);
    if (details === undefined) return sendOutcome(res, outcome);
    const body = delivery instanceof KeepingDelivery ? delivery.body : undefined;
    const isShown = await watcher.answered({ outcome, details, req, body });
    sendOutcome(res, isShown ? outcome : notShown);
  }

  return (req, res) => void answer(req, res);
}

/** Sent if the event could not be shown. The sender retries. By then, a process whose output works may be running. */
const notShown = { status: 'rejected', code: 'shutting_down' } as const;

class KeepingDelivery extends NodeDelivery {
  body: Uint8Array | undefined;

  override async readBody(limit: number, timeout: number): Promise<BodyRead> {
    const read = await super.readBody(limit, timeout);
    if (typeof read !== 'string') this.body = read;
    return read;
  }
}
