import { readInput } from '../arguments/read-input.ts';
import { UsageFailure } from '../failure/failure.ts';

/** Read `--data`: JSON where it begins as an object or a list does, else a file's name, or `-` for standard input. */
export async function readData(text: string): Promise<unknown> {
  const isJson = /^\s*[{[]/.test(text);
  const json = isJson ? text : (await readInput(text)).toString();
  try {
    return JSON.parse(json);
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    throw new UsageFailure(`What --data gives${isJson ? '' : ` in ${text}`} is no JSON: ${reason}`);
  }
}
