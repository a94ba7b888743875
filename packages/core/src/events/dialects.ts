import { isObject, type JsonObject } from '../data/json.ts';
import type { Catalogue } from './catalogue.ts';
import { anyEventSchema } from './schemas.ts';
import { toTimestamp } from './timestamp.ts';
import type { Dialect, EventIssue } from './wire.ts';

/** A body in the guide's envelope, from any of SpiderFoot's senders. Its `data` is not validated yet. */
export interface Envelope {
  readonly dialect: Dialect;
  /** The type as the sender wrote it. */
  readonly sentType: string;
  readonly event: JsonObject & { readonly event_type: string };
  /** Whether equal bytes are a new event: the sender never retries, and the body has no time and no id. */
  readonly oneShot: boolean;
}

/** The result for a body that is not an event. */
export interface NoEnvelope {
  /** The reason why the body is not an event. */
  readonly issue: EventIssue;
  readonly oneShot: boolean;
}

/** A body as its sender wrote it, with the guide's names for the type and the data. */
interface Written extends Pick<Envelope, 'dialect' | 'sentType'> {
  readonly body: JsonObject;
}

const isName = (value: unknown): value is string => typeof value === 'string' && value !== '';

/**
 * Convert the envelope of any of SpiderFoot's senders into the guide's envelope. The schema checks the rest.
 * @param receivedAt milliseconds since 1970, used as the event's time if the sender does not write one
 */
export function readEnvelope(
  catalogue: Catalogue,
  body: JsonObject,
  receivedAt: number,
): Envelope | NoEnvelope {
  if (isName(body.event_type)) {
    const { event_type: sentType } = body;
    const isShipped = 'payload' in body && !('data' in body);
    if (!isShipped) return complete(catalogue, { dialect: 'guide', sentType, body }, receivedAt);
    const { payload, ...rest } = body;
    const written = { dialect: 'shipped', sentType, body: { ...rest, data: payload } } as const;
    return complete(catalogue, written, receivedAt);
  }
  if (!('event_type' in body)) {
    if (isName(body.event)) {
      const { event: sentType, ...rest } = body;
      return completeNotification(catalogue, { dialect: 'notification', sentType, body: rest }, receivedAt);
    }
    if (isName(body.topic) && !('event' in body)) {
      const { topic: sentType, ...rest } = body;
      return completeNotification(catalogue, { dialect: 'topic', sentType, body: rest }, receivedAt);
    }
  }
  return { issue: { path: 'event_type', message: 'Expected a non-empty string' }, oneShot: false };
}

/** The notification senders never retry, so equal bytes without a time are a new event. */
function completeNotification(
  catalogue: Catalogue,
  written: Written,
  receivedAt: number,
): Envelope | NoEnvelope {
  const { timestamp, data } = written.body;
  const oneShot = timestamp === undefined || timestamp === null;
  const body = { ...written.body, timestamp: oneShot ? receivedAt / 1000 : timestamp, data: data ?? {} };
  return { ...complete(catalogue, { ...written, body }, receivedAt), oneShot };
}

function complete(
  catalogue: Catalogue,
  { dialect, sentType, body }: Written,
  receivedAt: number,
): Envelope | NoEnvelope {
  const type = catalogue.canonical(sentType);
  const timestamp = toTimestamp(body.timestamp);
  const event = {
    ...body,
    event_type: type,
    timestamp,
    source: body.source ?? 'spiderfoot',
    metadata: body.metadata ?? {},
    // Python writes `None`, which becomes null, for missing data.
    data: body.data === null ? {} : body.data,
  };
  if (!catalogue.hasSchema(type)) {
    const fitting = { ...event, ...fitted(event, receivedAt) };
    return { dialect, sentType, event: fitting, oneShot: false };
  }
  if (timestamp !== undefined) return { dialect, sentType, event, oneShot: false };
  const message = 'Expected ISO 8601 text or epoch seconds';
  return { issue: { path: 'timestamp', message }, oneShot: false };
}

/**
 * Fit an event of an unknown type into the envelope, so that it is delivered. `wire.body` keeps the values that do
 * not fit.
 */
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
