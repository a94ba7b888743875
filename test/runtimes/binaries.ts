import { spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

/** The folder with the runtimes, which has its own package.json and lock file. */
const folder = fileURLToPath(new URL('./', import.meta.url));

const paths = {
  node18: 'node18/bin/node',
  node20: 'node20/bin/node',
  'node22-oldest': 'node22-oldest/bin/node',
  'node22-14': 'node22-14/bin/node',
  node22: 'node22/bin/node',
  node24: 'node24/bin/node',
  node26: 'node26/bin/node',
  // Bun's default build needs a CPU with AVX2.
  bun: '@oven/bun-linux-x64-baseline/bin/bun',
  deno: '@deno/linux-x64-glibc/deno',
  workerd: '@cloudflare/workerd-linux-64/bin/workerd',
} as const;

export type Binary = keyof typeof paths;

/** The path of a runtime's program. */
export function pathOf(binary: Binary): string {
  const path = `${folder}node_modules/${paths[binary]}`;
  if (existsSync(path)) return path;
  throw new Error(`${path} is missing. Start the tests with \`npm run test:runtimes\`, on Linux on x64.`);
}

/** The version that a runtime reports, such as `22.13.0`. */
export function versionOf(binary: Binary): string {
  const { stdout } = spawnSync(pathOf(binary), ['--version'], { encoding: 'utf8' });
  const [version] = /\d+(?:[.-]\d+)+/.exec(stdout) ?? [];
  if (version === undefined) throw new Error(`${binary} reports no version: ${stdout}`);
  return version;
}
