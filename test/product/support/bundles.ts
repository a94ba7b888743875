import { gzipSync } from 'node:zlib';
import { type BuildOptions, build } from 'esbuild';
import { root } from './workspace.ts';

/** The result of bundling a program for a runtime without Node. */
export interface Bundle {
  readonly code: string;
  /** Compressed with gzip, in bytes. */
  readonly gzipped: number;
  /** The modules that the bundle still imports. */
  readonly imports: readonly string[];
  /** The files that the program loads, by their paths in the kit. */
  readonly inputs: readonly string[];
}

/** The two kinds of bundles for runtimes without Node. */
export const targets = {
  worker: { conditions: ['worker'] },
  browser: { platform: 'browser' },
} as const satisfies Record<string, BuildOptions>;

/** Bundles a program's source as if it were a file in a folder of the workspace. */
export async function bundle(
  source: string,
  folder: string,
  options: BuildOptions = targets.worker,
): Promise<Bundle> {
  const { outputFiles, metafile } = await build({
    ...options,
    absWorkingDir: root,
    stdin: { contents: source, resolveDir: folder, loader: 'ts' },
    bundle: true,
    minify: true,
    format: 'esm',
    write: false,
    metafile: true,
    logLevel: 'silent',
  });
  const [{ text: code } = { text: '' }] = outputFiles;
  const imports = Object.values(metafile.outputs).flatMap((output) => output.imports.map(({ path }) => path));
  const inputs = Object.keys(metafile.inputs);
  return { code, gzipped: gzipSync(code, { level: 9 }).byteLength, imports, inputs };
}
