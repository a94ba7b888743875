/** The wall clock, which is what several processes share, and a watch on it. */
export interface Clock {
  /** Milliseconds since 1970. */
  now(): number;
  /** Whether the wall clock was set anew since the last time this was asked. */
  jumped(): boolean;
}

/** Milliseconds that the wall clock may drift against the monotonic one between two looks. */
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
