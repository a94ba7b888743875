/** Returns a number from 0 up to 1. The seed determines the sequence, so that a failed run can be repeated. */
export type Random = () => number;

/** Mulberry32. */
export function createRandom(seed: number): Random {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}

/** `CRASH_SEED`, or a new seed for each run. */
export const seed = Number(process.env.CRASH_SEED ?? Math.floor(Math.random() * 2 ** 31));

export function between(random: Random, least: number, most: number): number {
  return least + random() * (most - least);
}

export function oneOf<Value>(values: readonly Value[], random: Random): Value {
  const value = values[Math.floor(random() * values.length)];
  if (value === undefined) throw new Error('The list is empty');
  return value;
}
