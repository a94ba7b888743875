import { onAbort } from '../on-abort.ts';

/**
 * Create a signal that is aborted when all of the given signals are: while one handler still has time, its group has.
 * `stop` stops listening to them.
 */
export function createSharedSignal(signals: readonly AbortSignal[]): {
  signal: AbortSignal;
  stop: () => void;
} {
  const controller = new AbortController();
  let left = signals.length;
  const stops = signals.map((signal) =>
    onAbort(signal, () => {
      left -= 1;
      if (left === 0) controller.abort(signal.reason);
    }),
  );
  return {
    signal: controller.signal,
    stop() {
      for (const stop of stops) stop();
    },
  };
}
