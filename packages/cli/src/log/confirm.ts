import { createInterface } from 'node:readline/promises';

/** So many can be done without a question. */
const few = 10;

/**
 * Asks before something is done to many deliveries, where a person sits at the terminal. Nobody is asked in a script.
 * @returns whether to go on
 */
export async function confirmed(question: string, count: number, yes: boolean): Promise<boolean> {
  if (yes || count <= few || !process.stdin.isTTY || !process.stderr.isTTY) return true;
  const lines = createInterface({ input: process.stdin, output: process.stderr });
  try {
    return /^y(?:es)?$/i.test((await lines.question(`${question} [y/N] `)).trim());
  } catch {
    // Ctrl-C, or the end of the input.
    return false;
  } finally {
    lines.close();
  }
}
