import type * as z from 'zod';
import { type JsonObject, parseJson } from '../data/json.ts';
import type { Rejected } from '../outcome/outcome.ts';
import { type Catalogue, createCatalogue } from './catalogue.ts';
import { readEnvelope } from './dialects.ts';
import type { DataSchemas } from './schemas.ts';
import type { WebhookEvent } from './types.ts';
import type { EventIssue, Wire } from './wire.ts';

/** A parsed and valid event, with the form in which it was sent. */
export interface ParsedEvent<Event> {
  readonly status: 'parsed';
  readonly event: Event;
  readonly wire: Wire;
}

/** The result of parsing a body. */
export interface Parsing<Event> {
  readonly parsed: ParsedEvent<Event> | Rejected;
  /** Whether equal bytes are a new event and not a retry. See {@link readEnvelope}. */
  readonly oneShot: boolean;
}

/** Parse a body with an existing catalogue. The receiver calls this function. {@link parseEvent} is for users. */
export function parseWith<Schemas extends DataSchemas>(
  catalogue: Catalogue,
  body: Uint8Array,
  receivedAt: number,
  eventHeader?: string,
): Parsing<WebhookEvent<Schemas>> {
  const json = parseJson(body);
  if (json.status === 'rejected') return { parsed: json, oneShot: false };
  const envelope = readEnvelope(catalogue, json.value, receivedAt);
  const { oneShot } = envelope;
  if ('issue' in envelope) return { parsed: reject([envelope.issue]), oneShot };
  const { dialect, sentType, event } = envelope;
  const result = validate(catalogue.schema(event.event_type), event);
  if (!result.success) return { parsed: { ...result.rejection, eventType: event.event_type }, oneShot };
  const wire = { dialect, eventType: sentType, eventHeader, body: json.text, nonFinite: json.nonFinite };
  // The catalogue contains the schemas of the type parameter, so its schema for a type returns that type's event.
  return { parsed: { status: 'parsed', event: result.data as WebhookEvent<Schemas>, wire }, oneShot };
}

/** A user's schema can throw, for example in a transform or because it is asynchronous. The event must not be lost. */
function validate(schema: z.ZodType, event: JsonObject) {
  try {
    const result = schema.safeParse(event);
    if (result.success) return result;
    const issues = result.error.issues.slice(0, maxIssues).map(toIssue);
    return { success: false as const, rejection: reject(issues) };
  } catch (error) {
    const rejection = reject([{ path: 'data', message: 'The schema of this type threw an error' }]);
    return { success: false as const, rejection: { ...rejection, error } };
  }
}

/**
 * Parse and validate a body from any of SpiderFoot's senders, and convert it into the envelope of SpiderFoot's guide. This
 * does not verify the signature: call {@link verify} first.
 * @param body the body as received. A string is encoded as UTF-8
 * @param options `schemas`: your own schemas of `data`, by event type. They add event types, or replace the schemas of
 *   known types
 * @returns the event and its form on the wire, or a rejection with `invalid_json` or `invalid_event` and its issues
 * @example
 * const parsed = parseEvent(rawBody);
 * if (parsed.status === 'parsed' && parsed.event.event_type === 'scan_completed') {
 *   console.log(parsed.event.data.target);
 * }
 * @see SpiderFoot's Webhook Integration Guide, "Event Payload Structure"
 */
export function parseEvent<const Schemas extends DataSchemas = Record<never, never>>(
  body: string | Uint8Array,
  { schemas }: { readonly schemas?: Schemas } = {},
): ParsedEvent<WebhookEvent<Schemas>> | Rejected {
  const bytes = typeof body === 'string' ? new TextEncoder().encode(body) : body;
  const catalogue = schemas === undefined ? defaultCatalogue() : createCatalogue(schemas);
  return parseWith<Schemas>(catalogue, bytes, Date.now()).parsed;
}

let shared: Catalogue | undefined;
function defaultCatalogue(): Catalogue {
  shared ??= createCatalogue({});
  return shared;
}

/** The maximum number of issues. It limits the size of the response to a hostile body. */
const maxIssues = 10;

function reject(issues: readonly EventIssue[]): Rejected {
  return { status: 'rejected', code: 'invalid_event', issues };
}

function toIssue({ path, message }: Pick<z.core.$ZodIssue, 'path' | 'message'>): EventIssue {
  return { path: path.map(String).join('.').slice(0, 200), message: message.slice(0, 200) };
}
