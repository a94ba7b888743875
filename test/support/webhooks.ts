import {
  createReceiver,
  type EventContext,
  type Outcome,
  type Receiver,
  type ReceiverOptions,
  type RejectionCode,
  rejections,
  sign,
  type WebhookEvent,
} from '@spiderfoot-webhooks/core';
import { type SignedOptions, signedWebhook, type TestEventType } from '@spiderfoot-webhooks/core/testing';
import { expect, onTestFinished } from 'vitest';
import type { Mount, MountOptions, Route, RouteMount, Running } from './adapters/mount.ts';
import { RawClient, type RawResponse } from './raw-client.ts';

export const secret = 'conformance-s3cret-ünïcode';

interface Handled {
  readonly event: WebhookEvent;
  readonly context: EventContext;
}

/** A receiver, with the events and outcomes that it has recorded. */
export interface Recorded {
  readonly receiver: Receiver;
  readonly handled: Handled[];
  readonly outcomes: Outcome[];
}

export function recordingReceiver(options: Partial<ReceiverOptions> = {}): Recorded {
  const handled: Handled[] = [];
  const { receiver, outcomes } = routedReceiver(options);
  receiver.onAny((event, context) => void handled.push({ event, context }));
  return { receiver, handled, outcomes };
}

/** A receiver without handlers, for a route. */
export function routedReceiver(options: Partial<ReceiverOptions> = {}): Omit<Recorded, 'handled'> {
  const outcomes: Outcome[] = [];
  const receiver = createReceiver({ secret, ...options }).onOutcome((outcome) => void outcomes.push(outcome));
  return { receiver, outcomes };
}

/** Starts a recording receiver in a mount until the test ends. */
export async function start(
  mount: Mount,
  options: Partial<ReceiverOptions> = {},
  mountOptions: MountOptions = {},
): Promise<Recorded & { readonly at: Running }> {
  const recorded = recordingReceiver(options);
  const at = await mount.start(recorded.receiver, mountOptions);
  onTestFinished(at.close);
  return { ...recorded, at };
}

/** Like {@link start}, for a mount of the middleware before a route. */
export function startWith(mount: RouteMount) {
  return async (options: Partial<ReceiverOptions>, route: Route) => {
    const recorded = routedReceiver(options);
    const at = await mount.start(recorded.receiver, route);
    onTestFinished(at.close);
    return { ...recorded, at };
  };
}

/** Where a receiver is mounted. */
export type Address = Pick<Running, 'port' | 'path'>;

export async function connectTo({ port }: Pick<Running, 'port'>): Promise<RawClient> {
  const client = await RawClient.connect(port);
  onTestFinished(() => client.destroy());
  return client;
}

/** One HTTP request. */
export interface Message {
  readonly method: string;
  /** In the order and the case in which they are sent. */
  readonly headers: readonly (readonly [name: string, value: string])[];
  readonly body: Buffer;
}

let serial = 0;

/** Returns a signed webhook. All have different bytes. */
export async function webhook(
  type: TestEventType = 'scan_completed',
  options: Partial<SignedOptions> = {},
): Promise<Message> {
  serial++;
  const data = { scan_id: `scan_${serial}`, target: 'exämple.com' };
  const { method, headers, body } = await signedWebhook(type, { secret, data, ...options });
  return { method, headers: Object.entries(headers), body: Buffer.from(body) };
}

/** Signs exactly these bytes. */
export async function signed(body: string | Uint8Array): Promise<Message> {
  const headers = [
    ['content-type', 'application/json'],
    ['x-spiderfoot-signature', await sign(secret, body)],
  ] as const;
  return { method: 'POST', headers, body: Buffer.from(body) };
}

/** Returns the message with a header replaced, or removed if the value is `undefined`. */
export function withHeader(message: Message, name: string, value: string | undefined): Message {
  const others = message.headers.filter(([other]) => other.toLowerCase() !== name.toLowerCase());
  return { ...message, headers: value === undefined ? others : [...others, [name, value]] };
}

export function headerOf({ headers }: Message, name: string): string {
  return headers.find(([other]) => other === name)?.[1] ?? '';
}

interface Framing {
  readonly version?: '1.0' | '1.1';
  /** How the request marks the end of its body. @default 'length' */
  readonly framing?: 'length' | 'chunked' | 'none';
}

/** The head of the request, including the empty line. */
export function headOf(
  { path, port }: Address,
  { method, headers, body }: Message,
  { version = '1.1', framing = 'length' }: Framing = {},
): string {
  const lines = [`${method} ${path} HTTP/${version}`, `Host: 127.0.0.1:${port}`];
  for (const [name, value] of headers) lines.push(`${name}: ${value}`);
  if (framing === 'length') lines.push(`Content-Length: ${body.byteLength}`);
  if (framing === 'chunked') lines.push('Transfer-Encoding: chunked');
  return `${lines.join('\r\n')}\r\n\r\n`;
}

export function bytesOf(at: Address, message: Message, framing?: Framing): Buffer {
  const head = Buffer.from(headOf(at, message, framing), 'latin1');
  if (framing?.framing !== 'chunked') return Buffer.concat([head, message.body]);
  return Buffer.concat([head, chunk(message.body), Buffer.from(lastChunk)]);
}

/** @returns no bytes for an empty chunk, because an empty chunk ends the body */
export function chunk(bytes: Uint8Array): Buffer {
  if (bytes.byteLength === 0) return Buffer.alloc(0);
  return Buffer.concat([Buffer.from(`${bytes.byteLength.toString(16)}\r\n`), bytes, Buffer.from('\r\n')]);
}

export const lastChunk = '0\r\n\r\n';

/** Sends a message over a new connection and reads the response. */
export async function send(at: Address, message: Message, framing?: Framing): Promise<RawResponse> {
  const client = await connectTo(at);
  await client.write(bytesOf(at, message, framing));
  const response = await client.response({ head: message.method === 'HEAD' });
  client.destroy();
  return response;
}

/** The status of the response, and its JSON body. */
export function resultOf({ status, body }: RawResponse): { readonly status: number; readonly body: unknown } {
  return { status, body: JSON.parse(body) };
}

/** The headers of a rejection that depend on its code. */
export function relevantHeaders({ headers }: RawResponse) {
  return { type: headers['content-type'], allow: headers.allow, retryAfter: headers['retry-after'] };
}

/** The {@link relevantHeaders} of most rejections. */
export const defaultHeaders = {
  type: 'application/json; charset=utf-8',
  allow: undefined,
  retryAfter: undefined,
};

const id: unknown = expect.stringMatching(/^[0-9a-f]{32}$/);

/** The {@link resultOf} a delivery that was handled. */
export const success = { status: 200, body: { status: 'success', id } };
export const duplicate = { status: 200, body: { status: 'duplicate', id } };

export function rejection(code: RejectionCode): { readonly status: number; readonly body: unknown } {
  const { status, error } = rejections[code];
  return { status, body: { error, code } };
}
