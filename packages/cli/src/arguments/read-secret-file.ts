import { isUtf8 } from 'node:buffer';
import { UsageFailure } from '../failure/failure.ts';
import { readFileUpTo } from './read-input.ts';

/** The maximum size of a secret file in bytes. No secret is that long. */
const longestFile = 64 * 1024;

const byteOrderMarks = [
  [Buffer.from([0xef, 0xbb, 0xbf]), 'UTF-8 with BOM'],
  [Buffer.from([0xff, 0xfe]), 'UTF-16'],
  [Buffer.from([0xfe, 0xff]), 'UTF-16'],
] as const;

/** Read the secret from a file, without the final newline that editors and `echo` add. */
export async function readSecretFile(path: string): Promise<string> {
  const bytes = await readFileUpTo(longestFile, path);
  const mark = byteOrderMarks.find(([begin]) => bytes.subarray(0, begin.length).equals(begin));
  if (mark !== undefined) {
    throw new UsageFailure(
      `${path} begins with a byte order mark, because it was saved as ${mark[1]}.`,
      'Save the file as UTF-8 without BOM. The mark would be part of the secret.',
    );
  }
  // Otherwise, bytes that are not text would be replaced, which changes the secret.
  if (!isUtf8(bytes)) {
    throw new UsageFailure(
      `${path} is not a secret file, because it is not UTF-8 text.`,
      'Write the secret to the file as text, with the same characters that SpiderFoot has.',
    );
  }
  return bytes.toString().replace(/\r?\n$/, '');
}
