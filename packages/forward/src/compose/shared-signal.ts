import { onAbort } from '../on-abort.ts';

/**
 * Create a signal that is aborted when all of the given signals are aborted: a group may be sent while at least one of its
 * handlers has time left. `stop` removes the listeners from the signals.
 */
export function createSharedSignal(signals: readonly AbortSignal[]): {
  signal: AbortSignal;
  stop: () => void;
} {
  const controller = new AbortController();
  let active = signals.length;
  const stops = signals.map((signal) =>
    onAbort(signal, () => {
      active -= 1;
      if (active === 0) controller.abort(signal.reason);
    }),
  );
  return {
    signal: controller.signal,
    stop() {
      for (const stop of stops) stop();
    },
  };
}
