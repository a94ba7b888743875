import { readdirSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

/** The folder of the whole kit. */
export const root = fileURLToPath(new URL('../../../', import.meta.url));

/** The packages that are published, by their folders in `packages`. */
export const packageNames: readonly string[] = readdirSync(
  new URL('../../../packages/', import.meta.url),
).toSorted();

const ours =
  /^(?:HOST|PORT|SPIDERFOOT_|NODE_ENV$|NODE_OPTIONS$|NODE_V8_COVERAGE$|VITEST|NO_COLOR$|FORCE_COLOR$)/;

/** The environment of a program: this one's, without what the test runner or a developer's shell may say to it. */
export function environment(changes: Readonly<Record<string, string>> = {}): NodeJS.ProcessEnv {
  const inherited = Object.entries(process.env).filter(([name]) => !ours.test(name));
  return { ...Object.fromEntries(inherited), ...changes };
}
