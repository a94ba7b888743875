/** Limits how much time a repeated task takes: at first a burst, and then a share of the elapsed time. */
export interface TimeAllowance {
  /** Whether time is left. */
  readonly isLeft: boolean;
  /** Subtract time that the task took, in milliseconds. It may exceed the time that is left. */
  spend(milliseconds: number): void;
}

/** The options of {@link createTimeAllowance}. */
export interface TimeAllowanceOptions {
  /** The time that is available at first and at most, in milliseconds. */
  readonly burst: number;
  /** The share of the elapsed time that becomes available, from 0 to 1. */
  readonly share: number;
  /** Return the current time, in milliseconds. */
  readonly now: () => number;
}

export function createTimeAllowance({ burst, share, now }: TimeAllowanceOptions): TimeAllowance {
  let left = burst;
  let updated = now();
  function update(): void {
    const time = now();
    left = Math.min(burst, left + (time - updated) * share);
    updated = time;
  }
  return {
    get isLeft() {
      update();
      return left > 0;
    },
    spend(milliseconds) {
      update();
      left -= milliseconds;
    },
  };
}
