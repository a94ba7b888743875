import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

/** The path of a new database in the system's temporary folder. It is deleted when the process exits. */
export function temporaryFile(): string {
  const folder = mkdtempSync(join(tmpdir(), 'spiderfoot-bench-'));
  process.once('exit', () => rmSync(folder, { recursive: true, force: true }));
  return join(folder, 'webhooks.db');
}
