import { afterAll, describe, expect, it, onTestFailed } from 'vitest';
import { stopPrograms } from '../product/support/program.ts';
import { batter, type Round } from './support/batter.ts';
import type { Evidence } from './support/evidence.ts';
import { createRandom, seed } from './support/random.ts';
import { createTotals } from './support/totals.ts';
import { flawless, judge, type Verdict } from './support/verdict.ts';

/** `npm run crash -- --minutes 10` sets it; without it the run is the short one. */
const minutes = Number(process.env.CRASH_MINUTES ?? 0);
const patience = minutes * 60_000 + 120_000;

afterAll(stopPrograms);

function seeded() {
  onTestFailed(() =>
    console.error(`Run it again with CRASH_SEED=${seed}: the same moments, but for scheduling`),
  );
  return createRandom(seed);
}

const rounds: readonly (Round & { readonly what: string })[] = [
  { what: 'a queue', mode: 'queue', processes: 1, kills: 4 },
  { what: 'a log', mode: 'log', processes: 1, kills: 2 },
  { what: 'a queue that two processes share', mode: 'queue', processes: 2, kills: 2 },
  {
    what: 'a queue whose handler fails twice for each',
    mode: 'queue',
    processes: 1,
    kills: 1,
    settings: { failFirst: 2 },
  },
];

describe('SIGKILL at random moments, again and again', () => {
  it.each(rounds)('loses nothing of $what', { timeout: patience }, async ({ what, ...round }) => {
    const random = seeded();
    const totals = createTotals(what);
    const end = performance.now() + (minutes * 60_000) / rounds.length;
    // On a machine that is busy one round may be too little to show anything.
    const hasShownAll = () => totals.acknowledged > 100 && totals.broken > 0;
    let begun = 0;
    do {
      begun++;
      const battered = await batter(minutes > 0 ? { ...round, kills: 12 } : round, random);
      totals.add(battered);
      if (minutes > 0) console.log(totals.line());
      expect(judge(battered.evidence), totals.line()).toEqual(flawless);
      expect(battered.evidence.rows.filter(({ state }) => state === 'dead')).toEqual([]);
    } while (performance.now() < end || (!hasShownAll() && begun < 10));
    expect(hasShownAll(), totals.line()).toBe(true);
  });
});

describe('The tests can fail', () => {
  it.each(['queue', 'log'] as const)(
    'finds losses of a %s that answers first',
    { timeout: patience },
    async (mode) => {
      const random = seeded();
      const broken: Round = { mode, processes: 1, kills: 2, settings: { variant: 'answers-first' } };
      let lost = 0;
      for (let round = 0; lost === 0 && round < 10; round++)
        lost = judge((await batter(broken, random)).evidence).lost;
      expect(lost).toBeGreaterThan(0);
    },
  );

  it.each([
    { fault: 'early', variant: 'handles-first' },
    { fault: 'unhandled', variant: 'loses-failures' },
  ] as const)('finds what is $fault with a store that $variant', async ({ fault, variant }) => {
    const round: Round = { mode: 'queue', processes: 1, kills: 0, settings: { variant, failFirst: 1 } };
    expect(judge((await batter(round, seeded())).evidence)[fault]).toBeGreaterThan(0);
  });

  const id = 'a'.repeat(32);
  const row = { id, hash: 'known', state: 'processed', failures: 0 };
  const began = { id, attempt: 1, step: 'began', committed: true };
  const handled = { ...began, step: 'handled' };
  const good: Evidence = {
    mode: 'queue',
    maxAttempts: 3,
    sent: { all: new Set(['known', 'unanswered']), acknowledged: new Set(['known']) },
    rows: [row],
    steps: [began, handled],
    integrity: 'ok',
  };
  const faults: Readonly<Record<keyof Verdict, Partial<Evidence>>> = {
    lost: { rows: [] },
    doubled: {
      rows: [row, { ...row, id: 'b'.repeat(32) }],
      steps: [began, handled, { ...handled, id: 'b'.repeat(32) }],
    },
    altered: { rows: [row, { ...row, id: 'b'.repeat(32), hash: 'unknown', state: 'dead', failures: 3 }] },
    unfinished: { rows: [{ ...row, state: 'running' }] },
    unhandled: { steps: [began] },
    early: { steps: [{ ...began, committed: false }, handled] },
    overtried: { rows: [{ ...row, failures: 4 }] },
    abandoned: { rows: [{ ...row, state: 'dead' }] },
    shared: { steps: [began, began, handled] },
    corrupt: { integrity: 'row 1 missing from index webhook_logs_due' },
  };

  it('finds no fault with what is good', () => {
    expect(judge(good)).toEqual(flawless);
    const unanswered = { ...row, id: 'b'.repeat(32), hash: 'unanswered', state: 'received' };
    expect(judge({ ...good, mode: 'log', rows: [row, unanswered] })).toEqual(flawless);
  });

  it.each(Object.entries(faults))('finds what is %s', (fault, evidence) => {
    expect(judge({ ...good, ...evidence })).toEqual({ ...flawless, [fault]: 1 });
  });

  it('finds what was acknowledged and left behind in a log', () => {
    const received = { ...good, mode: 'log' as const, rows: [{ ...row, state: 'received' }] };
    expect(judge(received)).toEqual({ ...flawless, unfinished: 1 });
  });
});
