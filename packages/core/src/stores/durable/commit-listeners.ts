/** One commit of a store. */
export interface StoreCommit {
  /** The time from the start of the commit until it was durable, in milliseconds. */
  readonly duration: number;
  /** The number of writes that were committed together. */
  readonly size: number;
}

export type CommitListener = (commit: StoreCommit) => void;

/** The listeners of a store's commits. */
export interface CommitListeners {
  add(listener: CommitListener): void;
  /** @returns the time to pass to `end`. `undefined` without listeners, because reading the clock takes time */
  start(): number | undefined;
  /** Call the listeners. If one throws, the commit is not affected. */
  end(start: number | undefined, size: number): void;
}

/** @param onError called with the error of a listener */
export function createCommitListeners(onError: (error: unknown) => void): CommitListeners {
  const listeners: CommitListener[] = [];
  return {
    add: (listener) => void listeners.push(listener),
    start: () => (listeners.length === 0 ? undefined : performance.now()),
    end(start, size) {
      if (start === undefined) return;
      const commit = { duration: performance.now() - start, size };
      for (const listener of listeners) {
        try {
          listener(commit);
        } catch (error) {
          onError(error);
        }
      }
    },
  };
}
