import { mock } from 'node:test';

/** A clock that the script moves. Hours of traffic take seconds, and each run has the same durations. */
export interface VirtualTime {
  /** Milliseconds since 1970. */
  now(): number;
  /** Move the clock, and run the timers that are due. */
  tick(ms: number): void;
  /** Use the real time again. */
  restore(): void;
}

/** The average time between two readings of `performance.now()` without a tick, in milliseconds. */
const averageWork = 0.2;

/**
 * Replace `Date`, the timers and `performance.now()` of this process.
 * @param random returns numbers from 0 to 1, for the durations of the work between two ticks
 */
export function startVirtualTime(start: Date, random: () => number): VirtualTime {
  mock.timers.enable({ apis: ['setTimeout', 'setInterval', 'Date'], now: start.getTime() });
  const measured = performance.now.bind(performance);
  let ticked = measured();
  let read = ticked;
  const setPerformanceNow = (value: () => number) =>
    Object.defineProperty(performance, 'now', { configurable: true, value });
  setPerformanceNow(() => {
    read = Math.max(read - Math.log(1 - random()) * averageWork, ticked);
    return read;
  });
  return {
    now: () => Date.now(),
    tick(ms) {
      ticked += ms;
      mock.timers.tick(ms);
    },
    restore() {
      mock.timers.reset();
      setPerformanceNow(measured);
    },
  };
}
