import { fromBase64, toBase64 } from '../../data/base64.ts';
import { type DeliveryWithBody, unknownEventType } from './delivery-record.ts';
import { type HandlerRecordJson, handlerRecordJson, readHandlerRecords } from './handler-record.ts';

// `fatal`, so that no byte is replaced. A byte order mark is kept, because it is part of the signed body.
const decoder = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });

/** A body in JSON: text if it is UTF-8, otherwise base64. Both forms preserve every byte. */
export type BodyJson = { readonly body: string } | { readonly bodyBase64: string };

/** Return a body in the form that is printed and exported. */
export function bodyJson(bytes: Uint8Array): BodyJson {
  try {
    return { body: decoder.decode(bytes) };
  } catch {
    return { bodyBase64: toBase64(bytes) };
  }
}

/** Return the bytes of a body that {@link bodyJson} has encoded. */
function bodyBytes(json: { readonly body?: string; readonly bodyBase64?: string }): Uint8Array {
  const { body, bodyBase64 } = json;
  return bodyBase64 === undefined ? new TextEncoder().encode(body ?? '') : fromBase64(bodyBase64);
}

/** A delivery, or its known fields: a rejected request may have no `key` and no `id`. */
export type DeliveryFields = {
  readonly [Name in keyof DeliveryWithBody]?: DeliveryWithBody[Name] | undefined;
};

/** A delivery in JSON. Unknown fields are omitted. Times are in ISO 8601 and UTC. */
export interface DeliveryJson
  extends Omit<DeliveryFields, 'receivedAt' | 'nextAttempt' | 'handlers' | 'body'> {
  readonly receivedAt?: string | undefined;
  readonly nextAttempt?: string | undefined;
  readonly handlers?: readonly HandlerRecordJson[] | undefined;
  /** The body, if it is UTF-8. */
  readonly body?: string;
  /** The body, if it is not UTF-8. */
  readonly bodyBase64?: string;
}

/**
 * Return a delivery as a plain object for `JSON.stringify`. Every command of the CLI and every export prints this shape.
 * @example
 * for (const delivery of (await store.list()).deliveries) console.log(JSON.stringify(deliveryJson(delivery)));
 */
export function deliveryJson(delivery: DeliveryFields): DeliveryJson {
  const { key, id, endpoint, receivedAt, ip, eventType, dialect, scanId, target, state, ...rest } = delivery;
  const { attempts, failures, nextAttempt, handlers, error, code, issues, body } = rest;
  // Each field is listed, so that the order of the fields is always the same, and other fields are not printed.
  return {
    key,
    id,
    endpoint,
    receivedAt: receivedAt?.toISOString(),
    ip,
    eventType,
    dialect,
    scanId,
    target,
    state,
    attempts,
    failures,
    nextAttempt: nextAttempt?.toISOString(),
    handlers: handlers?.map(handlerRecordJson),
    error,
    code,
    issues,
    ...(body && bodyJson(body)),
  };
}

/**
 * Return the delivery that {@link deliveryJson} has printed with its body.
 * @throws TypeError if `key`, `receivedAt` or `state` is missing
 */
export function deliveryFromJson(json: DeliveryJson): DeliveryWithBody {
  const { key, id, endpoint, receivedAt, ip, eventType = unknownEventType, dialect, scanId, target } = json;
  const { state, attempts = 0, failures = 0, nextAttempt, handlers, error, code, issues = [] } = json;
  if (key === undefined || receivedAt === undefined || state === undefined) {
    throw new TypeError('A stored delivery must have a key, receivedAt and a state.');
  }
  return {
    ...{ key, id, endpoint, receivedAt: new Date(receivedAt), ip, eventType, dialect, scanId, target, state },
    ...{ attempts, failures, nextAttempt: nextAttempt === undefined ? undefined : new Date(nextAttempt) },
    ...{ handlers: readHandlerRecords(handlers), error, code, issues, body: bodyBytes(json) },
  };
}
