import { mkdir, readdir, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { KeepRequest } from '@spiderfoot-webhooks/core/adapter';
import type { AnsweredRequest } from '../server/webhook-route.ts';

/** The paths of a saved request. */
interface SavedRequest {
  readonly body: string;
  readonly headers: string;
  /** Whether the body was longer than what is saved, so that a signature over it cannot be checked. */
  readonly truncated: boolean;
}

/** Saves rejected requests as files. */
export interface RejectedFiles {
  /** Save a request. @returns `undefined` if its body was not read or may not be saved, or too many are waiting */
  save(request: AnsweredRequest, code: string): Promise<SavedRequest | undefined>;
}

/** The number of requests that are kept. The oldest are deleted. */
const mostRequests = 100;
/** The number of requests that may wait for the disk. */
const mostWaiting = 20;

const savedName = /^(\d{8}T\d{9}Z-\d{6}-[a-z_]+)\.(?:body|headers)$/;

/**
 * Create the folder, and save requests in it, each as `NAME.body` and `NAME.headers`. Only the user can read the files.
 * @param keep removes credentials, and limits the size
 */
export async function openRejectedFiles(folder: string, keep: KeepRequest): Promise<RejectedFiles> {
  await mkdir(folder, { recursive: true, mode: 0o700 });
  let count = 0;
  let waiting = 0;
  let last: Promise<unknown> = Promise.resolve();

  async function write({ req, body }: AnsweredRequest, code: string): Promise<SavedRequest | undefined> {
    const headers = () => headersOf(req.rawHeaders);
    const kept = keep({ method: req.method ?? '', headers }, body);
    if (kept.body === undefined) return undefined;
    const time = new Date().toISOString().replace(/[-:.]/g, '');
    count += 1;
    const name = `${time}-${String(count % 1_000_000).padStart(6, '0')}-${code}`;
    const saved = { body: join(folder, `${name}.body`), headers: join(folder, `${name}.headers`) };
    const lines = kept.headers.map(([header, value]) => `${header}: ${value}\n`).join('');
    // `wx` also refuses to follow a symbolic link.
    const options = { mode: 0o600, flag: 'wx' } as const;
    await writeFile(saved.headers, Buffer.from(lines, 'latin1'), options);
    await writeFile(saved.body, kept.body, options);
    await deleteOldest(folder);
    return { ...saved, truncated: kept.truncated === true };
  }

  return {
    save(request, code) {
      if (waiting >= mostWaiting) return Promise.resolve(undefined);
      waiting += 1;
      const saving = last.then(() => write(request, code)).finally(() => (waiting -= 1));
      last = saving.catch(() => {});
      return saving;
    },
  };
}

async function deleteOldest(folder: string): Promise<void> {
  const files = (await readdir(folder)).filter((file) => savedName.test(file));
  const names = [...new Set(files.map((file) => savedName.exec(file)?.[1] ?? ''))].sort();
  const old = new Set(names.slice(0, -mostRequests));
  for (const file of files) {
    if (old.has(savedName.exec(file)?.[1] ?? '')) await rm(join(folder, file), { force: true });
  }
}

function* headersOf(rawHeaders: readonly string[]): Generator<readonly [string, string]> {
  for (let at = 0; at + 1 < rawHeaders.length; at += 2)
    yield [rawHeaders[at] ?? '', rawHeaders[at + 1] ?? ''];
}
