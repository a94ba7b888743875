import { readdirSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

/** The folder of the repository. */
export const root = fileURLToPath(new URL('../../../', import.meta.url));

/** The packages that are published, by their folders in `packages`. */
export const packageNames: readonly string[] = readdirSync(
  new URL('../../../packages/', import.meta.url),
).toSorted();

/** The parts of a package.json that the tests read. */
export interface Manifest {
  readonly name: string;
  readonly exports?: Readonly<Record<string, string | Readonly<Record<string, string>>>>;
  readonly dependencies?: Readonly<Record<string, string>>;
  readonly peerDependencies?: Readonly<Record<string, string>>;
  readonly devDependencies?: Readonly<Record<string, string>>;
}

export function readManifest(folder: string): Manifest {
  return JSON.parse(readFileSync(`${root}${folder}/package.json`, 'utf8'));
}

/** The manifests, in the order of {@link packageNames}. */
export const manifests: readonly Manifest[] = packageNames.map((name) => readManifest(`packages/${name}`));

const ours =
  /^(?:HOST|PORT|SPIDERFOOT_|NODE_ENV$|NODE_OPTIONS$|NODE_V8_COVERAGE$|VITEST|NO_COLOR$|FORCE_COLOR$)/;

/** The environment of a program: that of this process, without variables that would change the program's behavior. */
export function environment(changes: Readonly<Record<string, string>> = {}): NodeJS.ProcessEnv {
  const inherited = Object.entries(process.env).filter(([name]) => !ours.test(name));
  return { ...Object.fromEntries(inherited), ...changes };
}
