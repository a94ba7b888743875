import { notable, right, type Step, wrong } from './step.ts';

/** Looks at a secret, and tells nothing of what is in it. */
export function secretSteps(secret: string): readonly Step[] {
  if (secret === '') return [wrong('secret', 'empty')];
  const bytes = Buffer.byteLength(secret);
  const size = `${bytes} bytes`;
  if (secret.trim() !== secret) return [wrong('secret', `${size}, with white space around it`)];
  if (/^(["']).*\1$/s.test(secret)) return [notable('secret', `${size}, in quotes`)];
  if (bytes !== secret.length) return [notable('secret', `${size}, with letters beyond ASCII`)];
  return [right('secret', size)];
}
