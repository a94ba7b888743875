import { createHash, timingSafeEqual } from 'node:crypto';
import type { UserAndPassword } from '../options.ts';

/**
 * Return whether an `Authorization` header has the user and the password. Hashes are compared, so the time depends neither on
 * the lengths nor on the equal characters.
 */
export function hasCredentials(header: string, { user, password }: UserAndPassword): boolean {
  const [, encoded] = /^basic +([a-z\d+/]+={0,2})$/i.exec(header) ?? [];
  const given = Buffer.from(encoded ?? '', 'base64');
  return timingSafeEqual(digest(given), digest(Buffer.from(`${user}:${password}`))) && encoded !== undefined;
}

function digest(bytes: Uint8Array): Uint8Array {
  return createHash('sha256').update(bytes).digest();
}
