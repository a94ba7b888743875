/** Counts the deliveries in flight, so that closing can wait for them. */
export interface InFlight {
  readonly closing: boolean;
  enter(): void;
  leave(): void;
  /** Stop accepting deliveries. Resolves when no delivery is in flight. */
  drain(): Promise<void>;
}

export function createInFlight(): InFlight {
  let inFlight = 0;
  let onEmpty: (() => void) | undefined;
  let draining: Promise<void> | undefined;
  return {
    get closing() {
      return draining !== undefined;
    },
    enter() {
      inFlight++;
    },
    leave() {
      inFlight--;
      if (inFlight === 0) onEmpty?.();
    },
    drain() {
      draining ??= new Promise((resolve) => {
        onEmpty = resolve;
        if (inFlight === 0) resolve();
      });
      return draining;
    },
  };
}
