/** The wall clock, which several processes share, and a check for changes to it. */
export interface Clock {
  /** Milliseconds since 1970. */
  now(): number;
  /** Return whether the wall clock was changed since the last call. */
  jumped(): boolean;
}

/** Milliseconds that the wall clock may drift from the monotonic clock between two calls. */
const tolerance = 1000;

export function createClock(wall: () => number = Date.now): Clock {
  let offset = wall() - performance.now();
  return {
    now: wall,
    jumped() {
      const before = offset;
      offset = wall() - performance.now();
      return Math.abs(offset - before) > tolerance;
    },
  };
}
