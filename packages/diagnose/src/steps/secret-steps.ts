import { byteCount } from './byte-count.ts';
import { notable, right, type Step, wrong } from './step.ts';

/** Check a secret without revealing its content. */
export function secretSteps(secret: string): readonly Step[] {
  if (secret === '') return [wrong('secret', 'empty')];
  const bytes = Buffer.byteLength(secret);
  const size = byteCount(bytes);
  if (secret.trim() !== secret) return [wrong('secret', `${size}, with white space around it`)];
  if (/^(["']).*\1$/s.test(secret)) return [notable('secret', `${size}, in quotes`)];
  if (bytes !== secret.length) return [notable('secret', `${size}, with non-ASCII characters`)];
  return [right('secret', size)];
}
