import { expect, onTestFailed } from 'vitest';
import { batter, type Round } from './batter.ts';
import { createRandom, type Random, seed } from './random.ts';
import { createTotals } from './totals.ts';
import { flawless, judge } from './verdict.ts';

/** `npm run crash -- --minutes 10` sets this. By default, the run is short. */
export const minutes = Number(process.env.CRASH_MINUTES ?? 0);

/** Return the random numbers of a test. If the test fails, its seed is printed. */
export function seeded(): Random {
  onTestFailed(() =>
    console.error(
      `To repeat the run, set CRASH_SEED=${seed}. The kills happen at the same moments, except for scheduling.`,
    ),
  );
  return createRandom(seed);
}

/**
 * Batter receivers until the run is long enough, and expect no fault.
 * @param longest the number of minutes of a long run
 */
export async function judgeRounds(
  { name, ...round }: Round & { readonly name: string },
  longest: number,
): Promise<void> {
  const random = seeded();
  const totals = createTotals(name);
  const end = performance.now() + longest * 60_000;
  // On a busy machine, one round may have too few deliveries or broken requests.
  const isMeaningful = () => totals.acknowledged > 100 && totals.broken > 0;
  let begun = 0;
  do {
    begun++;
    const battered = await batter(minutes > 0 ? { ...round, kills: 12 } : round, random);
    totals.add(battered);
    if (minutes > 0) console.log(totals.line());
    expect(judge(battered.evidence), totals.line()).toEqual(flawless);
    expect(battered.evidence.rows.filter(({ state }) => state === 'dead')).toEqual([]);
  } while (performance.now() < end || (!isMeaningful() && begun < 10));
  expect(isMeaningful(), totals.line()).toBe(true);
  if (minutes === 0) console.log(totals.line());
}
