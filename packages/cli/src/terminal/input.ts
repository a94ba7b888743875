import { readFile } from 'node:fs/promises';
import { buffer } from 'node:stream/consumers';

/** The bytes of a file; of standard input where the path is `-`. */
export async function readInput(path: string): Promise<Buffer> {
  if (path !== '-') return readFile(path);
  // Otherwise it looks as if nothing happened.
  if (process.stdin.isTTY) console.error('Reading what is typed; Ctrl-D ends it.');
  return buffer(process.stdin);
}
