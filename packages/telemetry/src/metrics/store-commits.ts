import type { ObservableStore } from '../store/read-store.ts';
import type { Instruments } from './instruments.ts';

/** Measure the commits of a store that reports them. */
export function measureCommits(instruments: Instruments, store: ObservableStore | undefined): void {
  if (store?.onCommit === undefined) return;
  const recordDuration = instruments.histogram('commitDuration', {});
  const recordSize = instruments.histogram('commitSize', {});
  store.onCommit(({ duration, size }) => {
    recordDuration(duration / 1000);
    recordSize(size);
  });
}
