import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

/** The path of a database of its own, gone with the process. On the disk of the system's temporary folder. */
export function temporaryFile(): string {
  const folder = mkdtempSync(join(tmpdir(), 'spiderfoot-bench-'));
  process.once('exit', () => rmSync(folder, { recursive: true, force: true }));
  return join(folder, 'webhooks.db');
}
