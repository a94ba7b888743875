/** Waits for what runs to end. */
export interface Idle {
  /** Told that something has ended. */
  rest(): void;
  /** Resolves once nothing runs, or after so many milliseconds. */
  within(limit: number): Promise<void>;
}

export function createIdle(isBusy: () => boolean): Idle {
  let onIdle: (() => void) | undefined;
  return {
    rest() {
      if (!isBusy()) onIdle?.();
    },
    within(limit) {
      if (!isBusy()) return Promise.resolve();
      return new Promise((resolve) => {
        const late = setTimeout(resolve, limit);
        onIdle = () => {
          clearTimeout(late);
          resolve();
        };
      });
    },
  };
}
