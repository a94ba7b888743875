import { createInterface } from 'node:readline/promises';

interface Confirmation {
  readonly question: string;
  /** Said if the answer is no. */
  readonly refused: string;
  /** Whether to go on without a question. */
  readonly yes: boolean;
}

/**
 * Asks before something is done to deliveries, if a person is at the terminal. A script is not asked. If the answer is no, says
 * so and sets the exit code 1.
 * @returns whether to go on
 */
export async function confirmed({ question, refused, yes }: Confirmation): Promise<boolean> {
  if (yes || !process.stdin.isTTY || !process.stderr.isTTY) return true;
  if (await answersYes(`${question} [y/N] `)) return true;
  console.error(refused);
  process.exitCode = 1;
  return false;
}

async function answersYes(question: string): Promise<boolean> {
  const lines = createInterface({ input: process.stdin, output: process.stderr });
  try {
    return /^y(?:es)?$/i.test((await lines.question(question)).trim());
  } catch {
    // Ctrl-C, or the end of the input.
    return false;
  } finally {
    lines.close();
  }
}
