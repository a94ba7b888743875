import { lstat, mkdir, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import type { ProjectFile } from './project-files.ts';

/** Return the files that already exist, which `writeFiles` would not overwrite. */
export async function existingFiles(
  folder: string,
  files: readonly ProjectFile[],
): Promise<readonly string[]> {
  const existing = await Promise.all(
    files.map(async ({ path }) => ((await exists(join(folder, path))) ? [path] : [])),
  );
  return existing.flat();
}

/** Return whether a path exists. A symbolic link with a missing target exists too. */
async function exists(path: string): Promise<boolean> {
  try {
    await lstat(path);
    return true;
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return false;
    throw error;
  }
}

/** Write files that do not exist yet. Fails instead of overwriting a file that was created in the meantime. */
export async function writeFiles(folder: string, files: readonly ProjectFile[]): Promise<void> {
  for (const { path, content, secret } of files) {
    const file = join(folder, path);
    await mkdir(dirname(file), { recursive: true });
    await writeFile(file, content, { flag: 'wx', mode: secret === true ? 0o600 : 0o666 });
  }
}
