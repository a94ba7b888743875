import { spawnSync } from 'node:child_process';
import { closeSync, mkdirSync, openSync, rmSync, writeSync } from 'node:fs';
import { join } from 'node:path';
import { onTestFinished } from 'vitest';
import { temporaryFolder } from './temporary-files.ts';

/** A small file system that a test can fill. */
export interface SmallDisk {
  readonly folder: string;
  fill(): void;
  free(): void;
  /** Remounts the disk with other options, for example `ro`. */
  remount(options: string): void;
}

/**
 * @param options options of tmpfs in addition to its size
 * @returns `undefined` if this user may not mount one
 */
export function smallDisk(options = 'mode=0755'): SmallDisk | undefined {
  const folder = join(temporaryFolder(), 'disk');
  mkdirSync(folder);
  if (spawnSync('mount', ['-t', 'tmpfs', '-o', `size=8m,${options}`, 'tmpfs', folder]).status !== 0)
    return undefined;
  onTestFinished(() => void spawnSync('umount', ['-l', folder]));
  const ballast = join(folder, 'ballast');
  return {
    folder,
    fill: () => fillUp(ballast),
    free: () => rmSync(ballast),
    remount: (again) => void spawnSync('mount', ['-o', `remount,${again}`, folder]),
  };
}

function fillUp(path: string): void {
  const file = openSync(path, 'w');
  const block = Buffer.alloc(4096);
  try {
    while (writeSync(file, block) === block.length);
  } catch {
    // The disk is full, as intended.
  } finally {
    closeSync(file);
  }
}
