import { statSync } from 'node:fs';

/**
 * Return the device and inode of a file, which distinguish it from another file that was put in its place.
 * @param minSize the minimum size, in bytes. A smaller file counts as missing
 * @returns `undefined` if the file is missing
 */
export function identityOf(path: string, minSize = 0): string | undefined {
  const stat = statSync(path, { throwIfNoEntry: false });
  return stat !== undefined && stat.size >= minSize ? `${stat.dev}:${stat.ino}` : undefined;
}
