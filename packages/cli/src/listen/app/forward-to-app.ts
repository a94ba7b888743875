import { AsyncLocalStorage } from 'node:async_hooks';
import type { ServerResponse } from 'node:http';
import {
  EventHandlingError,
  type Outcome,
  type Receiver,
  type Secret,
  sign,
} from '@spiderfoot-webhooks/core';
import { isLoopback } from '@spiderfoot-webhooks/core/adapter';
import { UsageFailure } from '../../failure/failure.ts';
import type { ListenFlags } from '../flags.ts';
import type { AppAnswer } from './app-answer.ts';
import { type App, type AppRequest, connectApp } from './post-to-app.ts';

/** The request whose handlers are running, and the app's answer to it. */
interface Forwarding {
  readonly request: () => AppRequest;
  answer: AppAnswer | undefined;
}

/** Forwards verified events to an app. */
export interface AppForwarder {
  /** Register the handler that forwards the events of a receiver. @param secret signs replays, which have no headers */
  addTo(receiver: Receiver, secret: Secret | undefined): void;
  /**
   * Run `receive` for a request.
   * @param request called after the body has been read
   * @returns the result of `receive`, and the app's response if the event was forwarded
   */
  during<Result>(
    request: () => AppRequest,
    receive: () => Promise<Result>,
  ): Promise<readonly [Result, AppAnswer | undefined]>;
  close(): Promise<void>;
}

const handlerName = 'forward-to';

/** The default of `--forward-timeout`, in milliseconds: SpiderFoot waits for ten seconds. */
const defaultForwardTimeout = 8000;

/** Create the forwarder of `--forward-to`. @throws UsageFailure if the URL is the address of `listen` */
export function createAppForwarder(
  { forwardTo, forwardTimeout, queue }: ListenFlags,
  listenPort: number,
): AppForwarder | undefined {
  if (forwardTo === undefined) {
    if (forwardTimeout === undefined) return undefined;
    throw new UsageFailure('--forward-timeout requires --forward-to.');
  }
  if (queue === true) {
    throw new UsageFailure(
      '--forward-to and --queue cannot be combined, because listen responds to a queued event before the app gets it.',
      'Remove --queue. To forward from a queue, use --forward webhook=URL.',
    );
  }
  const { hostname, port, protocol, username, password } = new URL(forwardTo);
  if (username !== '' || password !== '') {
    throw new UsageFailure(
      '--forward-to contains a user or a password, which listen does not send.',
      'Remove them. Your app can check the signature of each event.',
    );
  }
  if (isLoopback(hostname) && Number(port || (protocol === 'https:' ? 443 : 80)) === listenPort) {
    throw new UsageFailure(
      `--forward-to has the same port as listen (${listenPort}).`,
      `Use another port for listen: --port ${listenPort + 1}`,
    );
  }
  return forwarderTo(connectApp(forwardTo, forwardTimeout ?? defaultForwardTimeout));
}

/** Return the time limit of the handlers, which include the app. */
export function handlerTimeoutFor({ forwardTimeout }: ListenFlags): { readonly handlerTimeout?: number } {
  return forwardTimeout === undefined ? {} : { handlerTimeout: forwardTimeout + 1000 };
}

function forwarderTo(app: App): AppForwarder {
  const current = new AsyncLocalStorage<Forwarding>();
  return {
    addTo(receiver, secret) {
      receiver.onAny(
        async (_event, { wire }) => {
          const forwarding = current.getStore();
          const answer = await app.post(forwarding?.request() ?? (await signedAgain(secret, wire.body)));
          if (forwarding !== undefined) forwarding.answer = answer;
          if (answer.problem !== undefined) throw new Error(answer.problem.hint);
        },
        { name: handlerName },
      );
    },
    async during(request, receive) {
      const forwarding: Forwarding = { request, answer: undefined };
      const result = await current.run(forwarding, receive);
      return [result, forwarding.answer];
    },
    close: app.close,
  };
}

/** A store keeps no headers of a delivery, so a replay is signed again. */
async function signedAgain(secret: Secret | undefined, text: string): Promise<AppRequest> {
  const body = Buffer.from(text);
  const headers = ['Content-Type', 'application/json'];
  if (secret === undefined) return { headers, body };
  return { headers: [...headers, 'X-SpiderFoot-Signature', await sign(secret, body)], body };
}

/** Return whether an error consists of the app's answer, which the line of the request shows. */
export function isAppFailure(error: unknown): boolean {
  return (
    error instanceof EventHandlingError && error.failures.every(({ handler }) => handler === handlerName)
  );
}

/**
 * Return whether the sender gets the app's answer. It does not if the app accepted the event but another handler failed,
 * because the sender must then send the event again.
 */
export function isAppsToAnswer({ status }: Outcome, { problem }: AppAnswer): boolean {
  return status !== 'rejected' || problem !== undefined;
}

/** Respond with the app's answer. */
export function sendAppAnswer(res: ServerResponse, { status, headers, body }: AppAnswer): void {
  if (res.headersSent || res.destroyed) return;
  // RFC 9110, section 8.6, forbids the length in a 204, and that of a 304 is the length of another answer.
  const length = status === 204 || status === 304 ? [] : ['content-length', String(body.byteLength)];
  res.writeHead(status, [...headers, ...length]);
  res.end(body);
}
