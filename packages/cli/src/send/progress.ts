import cliProgress from 'cli-progress';
import { columnsOf } from '../terminal/terminal-width.ts';

/** A bar that grows on standard error. */
export interface Progress {
  /** @param unexpected how many answers so far are not what they should be */
  step(unexpected: number): void;
  stop(): void;
}

/** A progress bar where standard error is a terminal, and nothing anywhere else. */
export function createProgress(count: number, isWanted: boolean): Progress {
  if (!isWanted || process.stderr.isTTY !== true) return { step: () => {}, stop: () => {} };
  const bar = new cliProgress.SingleBar({
    format: '{bar} {value}/{total}, {unexpected} not as expected',
    // What stands beside it takes some forty columns.
    barsize: Math.max(5, Math.min(40, columnsOf(process.stderr) - 45)),
    barCompleteChar: '█',
    barIncompleteChar: '░',
    clearOnComplete: true,
    hideCursor: true,
    stream: process.stderr,
  });
  bar.start(count, 0, { unexpected: 0 });
  return {
    step: (unexpected) => bar.increment(1, { unexpected }),
    stop: () => bar.stop(),
  };
}
