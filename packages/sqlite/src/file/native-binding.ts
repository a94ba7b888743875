import BetterSqlite3 from 'better-sqlite3';
import { StoreError } from '../errors.ts';
import { requireSupportedNode } from './node-version.ts';
import { systemCodeOf } from './system-error-code.ts';

const platforms: readonly string[] = ['linux', 'darwin', 'win32'];
const architectures: readonly string[] = ['x64', 'arm64'];

let loaded = false;

/**
 * Load better-sqlite3's native binary before any file is touched, because such a failure is unrelated to the database.
 * @throws Error on a Node that the binary cannot run on
 * @throws StoreError if the binary is missing or incompatible, with a remedy
 */
export function loadBinding(): void {
  if (loaded) return;
  requireSupportedNode(process.versions);
  try {
    new BetterSqlite3(':memory:').close();
  } catch (error) {
    throw new StoreError(bindingSentence(error, process), { cause: error });
  }
  loaded = true;
}

/** The properties of a process that decide whether a native binary can be loaded. */
interface Binary {
  readonly platform: string;
  readonly arch: string;
  readonly versions: Readonly<Record<string, string | undefined>>;
}

/** @returns the reason why the binary could not be loaded, and a remedy */
export function bindingSentence(error: unknown, { platform, arch, versions }: Binary): string {
  const [because = ''] = (error instanceof Error ? error.message : String(error)).split('\n');
  const code = systemCodeOf(error);
  const here = `${nameOf(versions)} on ${platform}-${arch}`;
  if (code === 'EMFILE' || code === 'ENFILE' || /too many open files/i.test(because)) {
    return `better-sqlite3 cannot be loaded: this process has too many open files (${because}). Close files that are no longer needed, or raise the limit (ulimit -n).`;
  }
  if (!platforms.includes(platform) || !architectures.includes(arch)) {
    return `better-sqlite3 has no native binary for ${platform}-${arch} (${because}). Run on Linux, macOS or Windows on x64 or arm64, or build the binary from better-sqlite3's source with node-gyp.`;
  }
  if (code === 'MODULE_NOT_FOUND' || code === 'ENOENT') {
    return `The native binary of better-sqlite3 is missing: prebuilds/${platform}-${arch}.node in its package, or prebuilds/linuxmusl-${arch}.node on Alpine (${because}). If a bundler built this program, mark better-sqlite3 as external and ship its folder in node_modules. Otherwise something removed the file: delete node_modules and install again.`;
  }
  // Deno sets no code. Its message is the loader's, which begins with the name of the file.
  if (code === 'ERR_DLOPEN_FAILED' || (code === undefined && /\.node: /.test(because))) {
    return `The native binary of better-sqlite3 does not fit ${here} (${because}). It was built for another Node version, operating system or C library, or is damaged. Delete node_modules and install again on this machine, with the runtime that runs the program.`;
  }
  return `better-sqlite3 cannot be loaded by ${here}: ${because}. Delete node_modules and install again.`;
}

/** Check for Bun and Deno first, because they also report a version of Node. */
function nameOf({ node, bun, deno }: Binary['versions']): string {
  if (bun !== undefined) return `Bun ${bun}`;
  return deno === undefined ? `Node ${node}` : `Deno ${deno}`;
}
