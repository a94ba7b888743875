import { createInterface } from 'node:readline/promises';

interface Confirmation {
  readonly question: string;
  /** Printed if the user declines. */
  readonly declined: string;
  /** Whether to continue without asking. */
  readonly yes: boolean;
}

/**
 * Ask for confirmation on a terminal. A script is not asked. If the user declines, print a message and set the exit
 * code to 1.
 * @returns whether to continue
 */
export async function confirmed({ question, declined, yes }: Confirmation): Promise<boolean> {
  if (yes || !process.stdin.isTTY || !process.stderr.isTTY) return true;
  if (await answersYes(`${question} [y/N] `)) return true;
  console.error(declined);
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
