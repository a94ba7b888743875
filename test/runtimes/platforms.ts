import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { build } from 'esbuild';
import { Program } from '../product/support/program.ts';
import { root } from '../product/support/workspace.ts';
import { type Binary, pathOf } from './binaries.ts';

/** A fetch server on a runtime. */
export interface Platform {
  readonly name: string;
  /** Starts the app of `programs/app.ts`. */
  start(): Promise<RunningPlatform>;
}

export interface RunningPlatform {
  readonly url: string;
  stop(): void;
}

const programs = join(root, 'test/runtimes/programs');

/** Prepares a program for a runtime with `node_modules`. Only the program is bundled, so it uses the built packages. */
function withPackages(binary: Binary, program: 'node' | 'bun' | 'deno', ...args: readonly string[]) {
  return async (folder: string) => {
    const file = join(folder, `${program}.mjs`);
    await build({
      entryPoints: [join(programs, `${program}.ts`)],
      bundle: true,
      packages: 'external',
      format: 'esm',
      outfile: file,
      logLevel: 'silent',
    });
    return { args: [...args, file], command: pathOf(binary), says: /^listening on (http:\S+)$/m };
  };
}

const workerdConfig = `using Workerd = import "/workerd/workerd.capnp";
const config :Workerd.Config = (
  services = [(
    name = "main",
    worker = (
      modules = [(name = "worker.js", esModule = embed "worker.js")],
      compatibilityDate = "2026-11-01",
    ),
  )],
  sockets = [(name = "http", address = "127.0.0.1:0", http = (), service = "main")],
);
`;

/** Prepares a bundle with esbuild, like one for Cloudflare. */
async function workerd(folder: string) {
  await build({
    entryPoints: [join(programs, 'worker.ts')],
    bundle: true,
    format: 'esm',
    conditions: ['worker'],
    outfile: join(folder, 'worker.js'),
    logLevel: 'silent',
  });
  const config = join(folder, 'config.capnp');
  writeFileSync(config, workerdConfig);
  return {
    command: pathOf('workerd'),
    args: ['serve', '--control-fd=1', config],
    says: /^\{"event":"listen","socket":"http","port":(\d+)\}$/m,
  };
}

function platform(name: string, prepare: ReturnType<typeof withPackages>): Platform {
  return {
    name,
    async start() {
      // A folder in the workspace, so that the program finds the packages.
      const folder = mkdtempSync(join(root, 'test/runtimes/.generated-'));
      const { command, args, says } = await prepare(folder);
      const program = new Program(command, args, { cwd: folder });
      const [, address = ''] = await program.says(says);
      const url = address.startsWith('http') ? address : `http://127.0.0.1:${address}`;
      const stop = () => {
        program.kill();
        rmSync(folder, { recursive: true, force: true });
      };
      return { url, stop };
    },
  };
}

export const platforms: readonly Platform[] = [
  platform('Node 22.13', withPackages('node22-oldest', 'node')),
  platform('Node 22', withPackages('node22', 'node')),
  platform('Node 24', withPackages('node24', 'node')),
  platform('Node 26', withPackages('node26', 'node')),
  platform('Bun', withPackages('bun', 'bun')),
  platform('Deno', withPackages('deno', 'deno', 'run', '--allow-all')),
  platform('workerd', workerd),
];
