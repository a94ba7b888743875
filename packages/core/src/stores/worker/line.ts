import type { Attempt } from './attempt.ts';
import type { Places } from './places.ts';
import type { WorkerStore } from './worker-store.ts';

/** Starts claimed deliveries in their order, at most `concurrency` at a time. The others wait in the line. */
export interface Line {
  /** Start an attempt, or add it to the line. */
  add(attempt: Attempt, start: () => void): void;
  /** Call this when the handlers of a started attempt have ended. */
  end(): void;
}

/** The parts of the worker that {@link createLine} uses. */
export interface LineContext {
  readonly store: Pick<WorkerStore, 'release'>;
  readonly places: Places;
  readonly concurrency: number;
  readonly onError: (error: unknown) => void;
  /** Look for due deliveries. */
  readonly wake: () => void;
}

/**
 * Milliseconds after which the deliveries in the line are released, because a handler has stalled. Another process may be
 * idle.
 */
export const longestWait = 100;

export function createLine({ store, places, concurrency, onError, wake }: LineContext): Line {
  let waiting: { readonly attempt: Attempt; readonly start: () => void }[] = [];
  let started = 0;
  let timer: ReturnType<typeof setTimeout> | undefined;

  function startNext(): void {
    while (started < concurrency && places.phase !== 'closed') {
      const next = waiting.shift();
      if (next === undefined) break;
      started++;
      next.start();
    }
    // A timer is set only if deliveries wait, because a Cloudflare worker must not set one while it is loaded.
    if (waiting.length > 0) timer ??= setTimeout(() => void releaseAll(), longestWait);
    else stopTimer();
  }

  function stopTimer(): void {
    if (timer === undefined) return;
    clearTimeout(timer);
    timer = undefined;
  }

  async function releaseAll(): Promise<void> {
    timer = undefined;
    // When the worker was closed, it released all its deliveries.
    if (places.phase === 'closed') return;
    const released = waiting;
    waiting = [];
    places.noteDuration(longestWait * concurrency);
    try {
      await store.release(released.map(({ attempt }) => attempt.claim.key));
    } catch (error) {
      onError(error);
      waiting = [...released, ...waiting];
      startNext();
      return;
    }
    for (const { attempt } of released) places.remove(attempt);
    places.backlog = true;
    wake();
  }

  return {
    add(attempt, start) {
      waiting.push({ attempt, start });
      startNext();
    },
    end() {
      started--;
      startNext();
    },
  };
}
