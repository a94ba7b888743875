import { readInput } from '../arguments/read-input.ts';
import { UsageFailure } from '../failure/failure.ts';

/** Read `--data`. A text that begins with `{` or `[` is JSON. Any other text is a file, or standard input for `-`. */
export async function readData(text: string): Promise<unknown> {
  const isJson = /^\s*[{[]/.test(text);
  const json = isJson ? text : (await readInput(text)).toString();
  try {
    return JSON.parse(json);
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    throw new UsageFailure(
      `--data${isJson ? '' : ` ${text}`} is not valid JSON: ${reason}.`,
      `Pass an object in single quotes, such as '{"target":"example.com"}', or the path of a file.`,
    );
  }
}
