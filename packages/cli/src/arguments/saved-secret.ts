import { execFile } from 'node:child_process';
import { constants } from 'node:fs';
import { type FileHandle, open, writeFile } from 'node:fs/promises';
import { basename, dirname, resolve } from 'node:path';
import { promisify } from 'node:util';
import { UsageFailure } from '../failure/failure.ts';
import { shellWord } from '../terminal/invocation.ts';
import { readSecretFile } from './read-secret-file.ts';

/** The file beside the default store in the current folder. */
export const defaultSavedSecret = 'webhooks.db.secret';

/**
 * Return the file in which `listen` keeps the secret that it generates: `webhooks.db.secret` beside `webhooks.db`.
 * @returns `undefined` if the store is not a file
 */
export function savedSecretPath(store: string | undefined): string | undefined {
  return store === undefined || store.includes('://') ? undefined : `${store}.secret`;
}

/**
 * Read a secret that `listen` has generated.
 * @returns `undefined` if the file does not exist
 * @throws UsageFailure if another user can read or replace the secret, or the file is empty
 */
export async function readSavedSecret(path: string): Promise<string | undefined> {
  const file = await openExisting(path);
  if (file === undefined) return undefined;
  try {
    const { mode } = await file.stat();
    // Windows reports no permissions of other users.
    if (process.platform !== 'win32' && (mode & 0o077) !== 0) {
      throw new UsageFailure(
        `${path} contains the secret, and other users can access it (mode ${(mode & 0o777).toString(8)}).`,
        `If another user may have read it, delete the file, and listen generates another secret. Otherwise, run: chmod 600 ${shellWord(path)}`,
      );
    }
  } finally {
    await file.close();
  }
  const secret = await readSecretFile(path);
  if (secret !== '') return secret;
  throw new UsageFailure(`${path} is empty.`, 'Delete the file, and listen generates another secret.');
}

async function openExisting(path: string): Promise<FileHandle | undefined> {
  try {
    // A symbolic link could lead to a file of another user.
    return await open(path, constants.O_RDONLY | constants.O_NOFOLLOW);
  } catch (error) {
    const code = error instanceof Error && 'code' in error ? error.code : undefined;
    if (code === 'ENOENT' || code === 'ENOTDIR') return undefined;
    if (code === 'ELOOP') {
      throw new UsageFailure(
        `${path} is a symbolic link.`,
        'Pass the file that it points to with --secret-file.',
      );
    }
    throw error;
  }
}

/** Write a secret to a new file that only the user can read. */
export async function saveSecret(path: string, secret: string): Promise<void> {
  await writeFile(path, `${secret}\n`, { mode: 0o600, flag: 'wx' });
}

/** Return a sentence for the user if the file is in a Git repository that does not ignore it. */
export async function gitignoreHint(path: string): Promise<string | undefined> {
  const folder = dirname(resolve(path));
  try {
    await promisify(execFile)('git', ['-C', folder, 'check-ignore', '-q', basename(path)], { timeout: 2000 });
    return undefined;
  } catch (error) {
    // Git exits with 1 for a file that is not ignored, and with 128 outside a repository.
    if (!(error instanceof Error && 'code' in error && error.code === 1)) return undefined;
    return `Git does not ignore ${path}. Add it to .gitignore: echo '${basename(path)}' >> ${shellWord(`${dirname(path)}/.gitignore`)}`;
  }
}
