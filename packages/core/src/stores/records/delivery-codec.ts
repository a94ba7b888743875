import type { StoredDelivery } from '../stored-delivery.ts';
import { type BodyJson, bodyBytes, bodyJson } from './delivery-json.ts';

/** A delivery as JSON, for a store that keeps text. */
export type EncodedDelivery = Omit<StoredDelivery, 'receivedAt' | 'body'> & {
  /** ISO 8601, in UTC. */
  readonly receivedAt: string;
} & BodyJson;

/** Return a delivery as a plain object for `JSON.stringify`. No byte of the body is lost. */
export function encodeDelivery({
  id,
  endpoint,
  receivedAt,
  ip,
  eventType,
  dialect,
  scanId,
  target,
  body,
}: StoredDelivery): EncodedDelivery {
  const time = receivedAt.toISOString();
  return { id, endpoint, receivedAt: time, ip, eventType, dialect, scanId, target, ...bodyJson(body) };
}

/** Return the delivery that {@link encodeDelivery} has encoded. Other fields are ignored. */
export function decodeDelivery(encoded: EncodedDelivery): StoredDelivery {
  const { id, endpoint, receivedAt, ip, eventType, dialect, scanId, target } = encoded;
  const body = bodyBytes(encoded);
  return { id, endpoint, receivedAt: new Date(receivedAt), ip, eventType, dialect, scanId, target, body };
}
