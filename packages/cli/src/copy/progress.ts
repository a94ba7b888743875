import cliProgress from 'cli-progress';

/** A progress bar on standard error. */
export interface CopyProgress {
  add(count: number): void;
  stop(): void;
}

/** Create a progress bar. It is shown only if standard error is a terminal. */
export function createCopyProgress(total: number): CopyProgress {
  if (process.stderr.isTTY !== true) return { add: () => {}, stop: () => {} };
  const bar = new cliProgress.SingleBar({
    format: '{bar} {value}/{total} deliveries',
    barsize: 30,
    barCompleteChar: '█',
    barIncompleteChar: '░',
    clearOnComplete: true,
    hideCursor: true,
    stream: process.stderr,
  });
  bar.start(total, 0);
  return { add: (count) => bar.increment(count), stop: () => bar.stop() };
}
