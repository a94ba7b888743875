import { createReadStream } from 'node:fs';
import { stat } from 'node:fs/promises';
import { CommandFailure } from '../failure/failure.ts';
import { printable } from '../terminal/printable.ts';

/** The maximum size of a body in bytes: a thousand times as large as the bodies that SpiderFoot sends. */
const largestInput = 64 * 1024 ** 2;

/** Read a file, or standard input if the path is `-`. */
export async function readInput(path: string): Promise<Buffer> {
  if (path !== '-') return readFileUpTo(largestInput, path);
  // Without this line, the command seems to hang.
  if (process.stdin.isTTY) console.error('Reading standard input. Press Ctrl-D to end it.');
  return readUpTo(largestInput, process.stdin, 'Standard input');
}

/** Read a body to sign or verify. Warns on standard error if the body is empty, as after a failed command in a pipe. */
export async function readBody(path: string): Promise<Buffer> {
  const body = await readInput(path);
  if (body.length === 0) {
    console.error(
      `warning: ${path === '-' ? 'Standard input' : printable(path)} is empty, so the body has 0 bytes.`,
    );
  }
  return body;
}

/** Read a file or a named pipe. @throws CommandFailure if it has more than `limit` bytes */
export async function readFileUpTo(limit: number, path: string): Promise<Buffer> {
  if ((await stat(path)).isDirectory()) {
    throw new CommandFailure(`${path} is a folder.`, { hint: 'Pass the path of a file.' });
  }
  return readUpTo(limit, createReadStream(path), path);
}

async function readUpTo(limit: number, source: AsyncIterable<Buffer>, name: string): Promise<Buffer> {
  const chunks: Buffer[] = [];
  let length = 0;
  for await (const chunk of source) {
    length += chunk.length;
    if (length > limit) throw new CommandFailure(`${name} exceeds the limit of ${limit} bytes.`);
    chunks.push(chunk);
  }
  return Buffer.concat(chunks);
}
