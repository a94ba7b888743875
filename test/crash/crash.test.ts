import { afterAll, describe, expect, it } from 'vitest';
import { stopPrograms } from '../product/support/program.ts';
import { batter, type Round } from './support/batter.ts';
import type { Evidence } from './support/evidence.ts';
import { judgeRounds, minutes, seeded } from './support/rounds.ts';
import { flawless, judge, type Verdict } from './support/verdict.ts';

const timeout = minutes * 60_000 + 120_000;

afterAll(stopPrograms);

const rounds: readonly (Round & { readonly name: string })[] = [
  { name: 'a queue', mode: 'queue', processes: 1, kills: 4 },
  { name: 'a log', mode: 'log', processes: 1, kills: 2 },
  { name: 'a queue that two processes share', mode: 'queue', processes: 2, kills: 2 },
  {
    name: 'a queue whose handler fails twice for each delivery',
    mode: 'queue',
    processes: 1,
    kills: 1,
    settings: { failFirst: 2 },
  },
];

describe('repeated SIGKILL at random moments', () => {
  it.each(rounds)('loses no delivery of $name after repeated SIGKILL', { timeout }, (round) =>
    judgeRounds(round, minutes / rounds.length),
  );
});

describe('the crash tests', () => {
  it.each(['queue', 'log'] as const)(
    'find lost deliveries of a %s that acknowledges before it commits',
    { timeout },
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
  ] as const)('find $fault deliveries of a store with the fault $variant', async ({ fault, variant }) => {
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

  it('find no fault in correct evidence', () => {
    expect(judge(good)).toEqual(flawless);
    const unanswered = { ...row, id: 'b'.repeat(32), hash: 'unanswered', state: 'received' };
    expect(judge({ ...good, mode: 'log', rows: [row, unanswered] })).toEqual(flawless);
  });

  it.each(Object.entries(faults))('find the fault %s in evidence', (fault, evidence) => {
    expect(judge({ ...good, ...evidence })).toEqual({ ...flawless, [fault]: 1 });
  });

  it('find an acknowledged delivery that is unfinished in a log', () => {
    const received = { ...good, mode: 'log' as const, rows: [{ ...row, state: 'received' }] };
    expect(judge(received)).toEqual({ ...flawless, unfinished: 1 });
  });
});
