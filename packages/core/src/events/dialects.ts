import { isObject, type JsonObject } from '../json.ts';
import type { Catalogue } from './catalogue.ts';
import { anyEventSchema } from './schemas.ts';
import { toTimestamp } from './timestamp.ts';
import type { Dialect, EventIssue } from './wire.ts';

/** A body in the guide's envelope, whichever of SpiderFoot's senders wrote it. Its `data` is not validated yet. */
export interface Envelope {
  readonly dialect: Dialect;
  /** The type as the sender wrote it. */
  readonly event_type: string;
  readonly event: JsonObject & { readonly event_type: string };
  /** Whether equal bytes are a new event: this sender never retries, and this body has neither a time nor an id. */
  readonly oneShot: boolean;
}

/** Why a body has no event in it. */
export interface NoEnvelope {
  readonly issue: EventIssue;
  readonly oneShot: boolean;
}

const isName = (value: unknown): value is string => typeof value === 'string' && value !== '';

/**
 * Brings the envelopes of SpiderFoot's senders into one shape. What a schema can check is left to the schema.
 * @param receivedAt milliseconds since 1970: the time of an event whose sender writes none
 */
export function readEnvelope(
  catalogue: Catalogue,
  body: JsonObject,
  receivedAt: number,
): Envelope | NoEnvelope {
  if (isName(body.event_type)) {
    const isShipped = 'payload' in body && !('data' in body);
    if (!isShipped) return complete(catalogue, 'guide', body.event_type, body, receivedAt);
    const { payload, ...rest } = body;
    return complete(catalogue, 'shipped', body.event_type, { ...rest, data: payload }, receivedAt);
  }
  if (!('event_type' in body)) {
    if (isName(body.event)) {
      const { event, ...rest } = body;
      return completeNotification(catalogue, 'notification', event, rest, receivedAt);
    }
    if (isName(body.topic) && !('event' in body)) {
      const { topic, ...rest } = body;
      return completeNotification(catalogue, 'topic', topic, rest, receivedAt);
    }
  }
  return { issue: { path: 'event_type', message: 'Expected a non-empty string' }, oneShot: false };
}

/** Neither of the notification senders retries, so without a time equal bytes cannot be a retry. */
function completeNotification(
  catalogue: Catalogue,
  dialect: Dialect,
  event_type: string,
  body: JsonObject,
  receivedAt: number,
): Envelope | NoEnvelope {
  const { timestamp, data } = body;
  const oneShot = timestamp === undefined || timestamp === null;
  const timed = { ...body, timestamp: oneShot ? receivedAt / 1000 : timestamp, data: data ?? {} };
  return { ...complete(catalogue, dialect, event_type, timed, receivedAt), oneShot };
}

function complete(
  catalogue: Catalogue,
  dialect: Dialect,
  event_type: string,
  body: JsonObject,
  receivedAt: number,
): Envelope | NoEnvelope {
  const type = catalogue.canonical(event_type);
  const timestamp = toTimestamp(body.timestamp);
  const event = {
    ...body,
    event_type: type,
    timestamp,
    source: body.source ?? 'spiderfoot',
    metadata: body.metadata ?? {},
    // Python writes None for nothing.
    data: body.data === null ? {} : body.data,
  };
  if (!catalogue.hasSchema(type)) {
    const fitting = { ...event, ...fitted(event, receivedAt) };
    return { dialect, event_type, event: fitting, oneShot: false };
  }
  if (timestamp !== undefined) return { dialect, event_type, event, oneShot: false };
  const message = 'Expected ISO 8601 text or epoch seconds';
  return { issue: { path: 'timestamp', message }, oneShot: false };
}

/** An unknown type is delivered, whatever it holds: what does not fit the envelope is left to `wire.body`. */
function fitted({ timestamp, source, version, data, metadata }: JsonObject, receivedAt: number): JsonObject {
  const { shape } = anyEventSchema;
  return {
    timestamp: shape.timestamp.safeParse(timestamp).success ? timestamp : new Date(receivedAt).toISOString(),
    source: typeof source === 'string' ? source : 'spiderfoot',
    version: typeof version === 'string' ? version : undefined,
    data: isObject(data) ? data : data === undefined ? {} : { value: data },
    metadata: shape.metadata.safeParse(metadata).success ? metadata : {},
  };
}
