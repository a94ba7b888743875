import { fromBase64 } from '../../data/base64.ts';
import type { StoredDelivery } from '../stored-delivery.ts';
import { type BodyJson, bodyJson } from './delivery-json.ts';

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

/** Return the delivery that {@link encodeDelivery} encoded. */
export function decodeDelivery(encoded: EncodedDelivery): StoredDelivery {
  const { id, endpoint, receivedAt, ip, eventType, dialect, scanId, target } = encoded;
  const body = 'body' in encoded ? new TextEncoder().encode(encoded.body) : fromBase64(encoded.bodyBase64);
  return { id, endpoint, receivedAt: new Date(receivedAt), ip, eventType, dialect, scanId, target, body };
}
