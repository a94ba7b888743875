import { createInterface } from 'node:readline/promises';
import { DeclinedFailure } from '../failure/failure.ts';

interface Confirmation {
  readonly question: string;
  /** The message if the user declines. */
  readonly declined: string;
  /** Whether to continue without asking. */
  readonly yes: boolean;
}

/**
 * Ask for confirmation on a terminal. A script is not asked.
 * @throws DeclinedFailure if the user declines
 */
export async function confirm({ question, declined, yes }: Confirmation): Promise<void> {
  if (yes || !process.stdin.isTTY || !process.stderr.isTTY) return;
  if (!(await answersYes(`${question} [y/N] `))) throw new DeclinedFailure(declined);
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
