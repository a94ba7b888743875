import { cp, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { type Ended, type ProgramOptions, run } from './program.ts';
import { manifests, packageNames, root } from './workspace.ts';

const fixtures = fileURLToPath(new URL('../bare', import.meta.url));

/** A project outside of the repository that has installed its tarballs. */
export interface BareProject {
  readonly folder: string;
  tarball(name: string): string;
  /** Runs one of its programs. */
  node(file: string, ...args: readonly string[]): Promise<Ended>;
  remove(): Promise<void>;
}

/** The arguments of npx that pack the packages. `npm pack` would not replace the version ranges of the workspace. */
export function packCommand(packages: string, folder: string): readonly string[] {
  const pack = ['--recursive', '--filter', packages, 'pack', '--pack-destination', folder];
  return ['--yes', 'pnpm@10.34.9', ...pack];
}

/** Packs the packages into a folder. @returns a function that finds the tarball of a package */
export async function packTarballs(folder: string): Promise<(name: string) => string> {
  await succeed('npx', packCommand('./packages/*', folder));
  const files = await readdir(folder);
  return (name) => {
    const file = files.find((one) => one.startsWith(`spiderfoot-webhooks-${name}-`));
    if (file === undefined) throw new Error(`Found no tarball of ${name}`);
    return join(folder, file);
  };
}

/** Packs the packages and installs the tarballs in an empty folder, together with the peers that a user installs. */
export async function installTarballs(): Promise<BareProject> {
  const folder = await mkdtemp(join(tmpdir(), 'spiderfoot-bare-'));
  const remove = () => rm(folder, { recursive: true, force: true });
  try {
    const tarball = await packTarballs(folder);
    const ours = packageNames.map(
      (name) => [`@spiderfoot-webhooks/${name}`, `file:${tarball(name)}`] as const,
    );
    const theirs = await catalogued(...peers(), '@hono/node-server', '@types/node');
    const dependencies = { ...Object.fromEntries(ours), ...theirs };
    const manifest = { name: 'bare', private: true, type: 'module', dependencies };
    await writeFile(join(folder, 'package.json'), JSON.stringify(manifest));
    await cp(fixtures, folder, { recursive: true });
    // better-sqlite3 may have to be compiled.
    const install = ['install', '--prefer-offline', '--no-audit', '--no-fund'];
    await succeed('npm', install, { cwd: folder, timeout: 400_000 });
    const node = (...args: readonly string[]) => run(process.execPath, args, { cwd: folder });
    return { folder, tarball, node, remove };
  } catch (error) {
    await remove();
    throw error;
  }
}

/** The frameworks that the packages have as peers, and the packages with their types. */
function peers(): readonly string[] {
  return manifests.flatMap(({ peerDependencies = {}, devDependencies = {} }) =>
    Object.keys(peerDependencies)
      .filter((peer) => !peer.startsWith('@spiderfoot-webhooks/'))
      .flatMap((peer) => [peer, `@types/${peer}`].filter((name) => name in devDependencies)),
  );
}

/** @throws Error with the output of the command, if its exit code is not 0 */
export async function succeed(
  command: string,
  args: readonly string[],
  options: ProgramOptions = {},
): Promise<void> {
  const { code, output } = await run(command, args, options);
  if (code !== 0) throw new Error(`${command} ${args.join(' ')} exited with code ${code}:\n${output}`);
}

/** The versions in the workspace's catalog, which all tests use. */
async function catalogued(...names: readonly string[]): Promise<Readonly<Record<string, string>>> {
  const yaml = await readFile(join(root, 'pnpm-workspace.yaml'), 'utf8');
  const ranges = names.map((name) => {
    const range = new RegExp(`^  "?${name}"?: (\\S+)$`, 'm').exec(yaml)?.[1];
    if (range === undefined) throw new Error(`The catalog has no ${name}`);
    return [name, range] as const;
  });
  return Object.fromEntries(ranges);
}
