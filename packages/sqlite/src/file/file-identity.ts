import { statSync } from 'node:fs';

/**
 * Return the device and inode of a file, which distinguish it from another file that was put in its place.
 * @param least the least number of bytes. A shorter file counts as missing
 * @returns `undefined` if the file is missing
 */
export function identityOf(path: string, least = 0): string | undefined {
  const stat = statSync(path, { throwIfNoEntry: false });
  return stat !== undefined && stat.size >= least ? `${stat.dev}:${stat.ino}` : undefined;
}
