import { createReadStream } from 'node:fs';
import { stat } from 'node:fs/promises';
import { CommandFailure } from '../failure/failure.ts';
import { printable } from '../terminal/printable.ts';

/** Bytes of a body that is looked at: a thousand times what SpiderFoot sends. */
const largestInput = 64 * 1024 ** 2;

/** The bytes of a file; of standard input where the path is `-`. */
export async function readInput(path: string): Promise<Buffer> {
  if (path !== '-') return readFileUpTo(largestInput, path);
  // Otherwise it looks as if nothing happened.
  if (process.stdin.isTTY) console.error('Reading what is typed; Ctrl-D ends it.');
  return readUpTo(largestInput, process.stdin, 'Standard input');
}

/** Read a body to sign or verify. Warns on standard error if the body is empty, as after a failed command in a pipe. */
export async function readBody(path: string): Promise<Buffer> {
  const body = await readInput(path);
  if (body.length === 0) {
    console.error(
      `warning: ${path === '-' ? 'Standard input' : printable(path)} is empty: the body has 0 bytes.`,
    );
  }
  return body;
}

/** The bytes of a file, or of a pipe that has a name. @throws CommandFailure where there are more than so many */
export async function readFileUpTo(most: number, path: string): Promise<Buffer> {
  if ((await stat(path)).isDirectory()) throw new CommandFailure(`${path} is a folder.`);
  return readUpTo(most, createReadStream(path), path);
}

async function readUpTo(most: number, source: AsyncIterable<Buffer>, name: string): Promise<Buffer> {
  const chunks: Buffer[] = [];
  let length = 0;
  for await (const chunk of source) {
    length += chunk.length;
    if (length > most)
      throw new CommandFailure(`${name} has more than ${most} bytes, the most that is read.`);
    chunks.push(chunk);
  }
  return Buffer.concat(chunks);
}
