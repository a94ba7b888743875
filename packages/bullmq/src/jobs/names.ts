import { randomBytes } from 'node:crypto';

/** Distinguishes the jobs of this process from those of all others. */
const process = randomBytes(9).toString('base64url');

let count = 0;

/**
 * Encode a text for a key of Redis. BullMQ splits keys at colons, and the key of a delivery must not contain a dot, so
 * both are encoded.
 */
export function encodeName(text: string): string {
  // Via bytes, because `encodeURIComponent` throws for half of a surrogate pair.
  return encodeURIComponent(Buffer.from(text).toString()).replaceAll('.', '%2E');
}

/**
 * Create the id of the job of a delivery. Each call returns another one: BullMQ answers with the id of the job that has
 * the deduplication key, so a different id means that the delivery is a duplicate.
 */
export function newJobId(deliveryId: string): string {
  count++;
  return `${encodeName(deliveryId)}-${process}-${count.toString(36)}`;
}

/** Return whether a job holds the delivery with this id. */
export function isJobOf(jobId: string, deliveryId: string): boolean {
  return jobId.startsWith(`${encodeName(deliveryId)}-`);
}

/** Return whether a text can be the id of a job, and so the key of a delivery. BullMQ's other keys must not be read. */
export function isJobId(text: string): boolean {
  return /^[^:.]+-[\w-]{12}-[0-9a-z]+$/.test(text);
}
