import cliProgress from 'cli-progress';
import { columnsOf } from '../terminal/terminal-width.ts';

/** A progress bar on standard error. */
export interface Progress {
  /** Advance the bar by one. @param unexpected the number of unexpected responses so far */
  step(unexpected: number): void;
  stop(): void;
}

/** Create a progress bar. It is shown only if standard error is a terminal. */
export function createProgress(count: number, isWanted: boolean): Progress {
  if (!isWanted || process.stderr.isTTY !== true) return { step: () => {}, stop: () => {} };
  const bar = new cliProgress.SingleBar({
    format: '{bar} {value}/{total}, {unexpected} unexpected',
    // The text beside the bar takes about forty columns.
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
