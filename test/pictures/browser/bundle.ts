import { fileURLToPath } from 'node:url';
import { build } from 'esbuild';

/** Bundle a module of this folder's parent, for a script element. */
export async function bundleForBrowser(module: string): Promise<string> {
  const entry = fileURLToPath(new URL(`../${module}`, import.meta.url));
  const { outputFiles } = await build({
    entryPoints: [entry],
    bundle: true,
    format: 'iife',
    target: 'es2023',
    write: false,
  });
  return outputFiles[0]?.text ?? '';
}
