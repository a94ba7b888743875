import type * as z from 'zod';
import { isObject, type JsonObject, parseJson } from '../json.ts';
import type { Rejected } from '../outcome.ts';
import { type Catalogue, createCatalogue } from './catalogue.ts';
import { anyEventSchema, type DataSchemas } from './schemas.ts';
import type { WebhookEvent } from './types.ts';
import type { Dialect, EventIssue, Wire } from './wire.ts';

export interface ParsedEvent<Event> {
  readonly status: 'parsed';
  readonly event: Event;
  readonly wire: Wire;
}

/** Parses a body with a catalogue at hand; what the receiver calls. */
export function parseWith<Schemas extends DataSchemas>(
  catalogue: Catalogue,
  body: Uint8Array,
  receivedAt: number,
  event_header?: string,
): ParsedEvent<WebhookEvent<Schemas>> | Rejected {
  const json = parseJson(body);
  if (json.status === 'rejected') return json;
  const envelope = readEnvelope(catalogue, json.value, receivedAt);
  if (!envelope.ok) return refuse([envelope.issue]);
  const { dialect, event_type, event } = envelope;
  const result = validate(catalogue.schema(event.event_type), event);
  if (!result.success) return { ...result.refusal, event_type: event.event_type };
  const wire = { dialect, event_type, event_header, body: json.text, nonFinite: json.nonFinite };
  // The catalogue holds the schemas that the type parameter names: its schema for a type yields that type's event.
  return { status: 'parsed', event: result.data as WebhookEvent<Schemas>, wire };
}

/** A user's schema can throw, in a transform, or because it has to be awaited. The event is genuine and must not be lost by it. */
function validate(schema: z.ZodType, event: JsonObject) {
  try {
    const result = schema.safeParse(event);
    return result.success ? result : { success: false as const, refusal: refuse(result.error.issues) };
  } catch (error) {
    const refusal = refuse([{ path: ['data'], message: 'The schema of this type failed itself' }]);
    return { success: false as const, refusal: { ...refusal, error } };
  }
}

/**
 * Parses and validates a body, in either dialect, into the guide's envelope. Does not verify anything: call
 * {@link verify} first.
 * @param body the body as received; a string is taken as its text
 * @param options `schemas`: your own schemas of `data`, by event type, for further types or in place of known ones
 * @returns the event and what came over the wire, or a refusal with `invalid_json` or `invalid_event` and its issues
 * @example
 * const parsed = parseEvent(rawBody);
 * if (parsed.status === 'parsed' && parsed.event.event_type === 'scan_completed') {
 *   console.log(parsed.event.data.target);
 * }
 * @see the guide, "Event Payload Structure"
 */
export function parseEvent<const Schemas extends DataSchemas = Record<never, never>>(
  body: string | Uint8Array,
  { schemas }: { readonly schemas?: Schemas } = {},
): ParsedEvent<WebhookEvent<Schemas>> | Rejected {
  const bytes = typeof body === 'string' ? new TextEncoder().encode(body) : body;
  const catalogue = schemas === undefined ? defaultCatalogue() : createCatalogue(schemas);
  return parseWith<Schemas>(catalogue, bytes, Date.now());
}

let shared: Catalogue | undefined;
function defaultCatalogue(): Catalogue {
  shared ??= createCatalogue({});
  return shared;
}

type Envelope =
  | {
      readonly ok: true;
      readonly dialect: Dialect;
      /** As the sender wrote it. */
      readonly event_type: string;
      readonly event: JsonObject & { readonly event_type: string };
    }
  | { readonly ok: false; readonly issue: Issue };

/** Brings the three dialects into one shape. What a schema can tell is left to the schema. */
function readEnvelope(catalogue: Catalogue, body: JsonObject, receivedAt: number): Envelope {
  if (typeof body.event_type === 'string' && body.event_type !== '') {
    if (!('payload' in body) || 'data' in body)
      return complete(catalogue, 'guide', body.event_type, body, receivedAt);
    const { payload, ...rest } = body;
    return complete(catalogue, 'shipped', body.event_type, { ...rest, data: payload }, receivedAt);
  }
  if (typeof body.event === 'string' && body.event !== '' && !('event_type' in body)) {
    // This dialect tells no time of its own: that of the arrival stands in.
    const { event, timestamp = receivedAt / 1000, data = {}, ...rest } = body;
    return complete(catalogue, 'notification', body.event, { ...rest, timestamp, data }, receivedAt);
  }
  return { ok: false, issue: { path: ['event_type'], message: 'Expected a non-empty string' } };
}

function complete(
  catalogue: Catalogue,
  dialect: Dialect,
  event_type: string,
  body: JsonObject,
  receivedAt: number,
): Envelope {
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
    return { ok: true, dialect, event_type, event: { ...event, ...fitted(event, receivedAt) } };
  }
  if (timestamp !== undefined) return { ok: true, dialect, event_type, event };
  const message = 'Expected ISO 8601 text or epoch seconds';
  return { ok: false, issue: { path: ['timestamp'], message } };
}

/** A type that nobody knows yet is delivered, whatever it holds: what does not fit the envelope is left to `wire.body`. */
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

const isoDate = /^(\d{4}-\d\d-\d\d)[T ](\d\d:\d\d(?::\d\d(?:\.\d+)?)?)(Z|[+-]\d\d:?\d\d)?$/;

/** Python writes `isoformat()` with or without an offset, `str(datetime)` with a space, `time.time()` as a float. */
function toTimestamp(value: unknown): string | undefined {
  if (typeof value === 'number') {
    const date = new Date(value * 1000);
    return Number.isNaN(date.getTime()) ? undefined : date.toISOString();
  }
  if (typeof value !== 'string') return undefined;
  // The guide's form, which the schema checks.
  if (value.length === 20 && value[10] === 'T' && value[19] === 'Z') return value;
  const [, date, time, offset] = isoDate.exec(value) ?? [];
  if (date === undefined || time === undefined) return undefined;
  // A time without an offset is UTC, as Python's utcnow() means it.
  if (offset === undefined) return `${date}T${time}Z`;
  if (offset.length === 5) return `${date}T${time}${offset.slice(0, 3)}:${offset.slice(3)}`;
  return value[10] === 'T' ? value : `${date}T${time}${offset}`;
}

/** Enough to mend the schema by; a hostile body cannot make the answer grow. */
const maxIssues = 10;

/** The parts of zod's issue that are told. */
type Issue = Pick<z.core.$ZodIssue, 'path' | 'message'>;

function refuse(issues: readonly Issue[]): Rejected {
  return { status: 'rejected', code: 'invalid_event', issues: issues.slice(0, maxIssues).map(toIssue) };
}

function toIssue({ path, message }: Issue): EventIssue {
  return { path: path.map(String).join('.').slice(0, 200), message: message.slice(0, 200) };
}
