import type { IncomingMessage, RequestListener, ServerResponse } from 'node:http';
import type { Outcome, OutcomeDetails, Receiver, WebhookEvent } from '@spiderfoot-webhooks/core';
import type { BodyRead } from '@spiderfoot-webhooks/core/adapter';
import { NodeDelivery, sendOutcome, socketAddress } from '@spiderfoot-webhooks/core/adapter/node';
import type { AppAnswer } from '../app/app-answer.ts';
import { type AppForwarder, isAppsToAnswer, sendAppAnswer } from '../app/forward-to-app.ts';
import type { SignatureDiagnosis } from '../rejected/diagnoser.ts';
import type { Explainer } from '../rejected/explain-rejections.ts';

/** The outcome of a delivery. */
export interface DeliveryResult {
  readonly outcome: Outcome<WebhookEvent>;
  readonly details: OutcomeDetails;
}

/** A request to a webhook, and its outcome. */
export interface AnsweredRequest extends DeliveryResult {
  readonly req: IncomingMessage;
  /** `undefined` if the body was not read. */
  readonly body: Uint8Array | undefined;
  /** The response of the app of `--forward-to`. `undefined` if the event was not forwarded. */
  readonly app?: AppAnswer | undefined;
  /** Why the signature does not match. `undefined` if it was not diagnosed, or no cause was found. */
  readonly diagnosis?: SignatureDiagnosis | undefined;
  /** The file with the body, and the next step, if the request was rejected and saved. */
  readonly saved?: { readonly body: string | undefined; readonly note: string } | undefined;
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
 * @param explainer decides whether to read the body of a request that was rejected because of its headers
 * @param forwarder passes the events on to an app, whose answers are sent to the senders
 */
export function webhookRoute(
  receiver: Receiver,
  watcher: Watcher,
  forwarder: AppForwarder | undefined,
  explainer: Pick<Explainer, 'needsBody'>,
): RequestListener {
  /** The details of each outcome that `receive` returns. */
  const detailsOf = new WeakMap<DeliveryResult['outcome'], OutcomeDetails>();
  receiver.onOutcome((outcome, details) => {
    if (details.phase === 'received') detailsOf.set(outcome, details);
    else watcher.handled({ outcome, details });
  });
  receiver.mount('handlers');

  async function answer(req: IncomingMessage, res: ServerResponse): Promise<void> {
    const delivery = new KeepingDelivery(req, () => socketAddress(req));
    const receive = () => receiver.receive(delivery);
    const webhook = () => ({ headers: req.rawHeaders, body: delivery.body ?? new Uint8Array() });
    const [outcome, app] = forwarder
      ? await forwarder.during(webhook, receive)
      : [await receive(), undefined];
    const details = detailsOf.get(outcome);
    if (details === undefined) return sendOutcome(res, outcome);
    if (delivery.body === undefined && explainer.needsBody(outcome, req)) {
      await delivery.readBody(longestRejected, rejectedTimeout);
    }
    const shownApp = app !== undefined && isAppsToAnswer(outcome, app) ? app : undefined;
    const isShown = await watcher.answered({ outcome, details, req, body: delivery.body, app: shownApp });
    if (isShown && shownApp !== undefined) return sendAppAnswer(res, shownApp);
    sendOutcome(res, isShown ? outcome : notShown);
  }

  return (req, res) => void answer(req, res);
}

/** Bytes of the body of a rejected request. */
const longestRejected = 1_048_576;
/** Milliseconds to wait for the body of a rejected request, which delay the response. */
const rejectedTimeout = 1000;

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
