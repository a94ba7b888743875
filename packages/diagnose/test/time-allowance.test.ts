import { expect, it } from 'vitest';
import { createTimeAllowance } from '../src/thread/time-allowance.ts';

function allowanceAt(start: number) {
  let time = start;
  const allowance = createTimeAllowance({ burst: 5000, share: 0.1, now: () => time });
  const run = (milliseconds: number) => {
    time += milliseconds;
    allowance.spend(milliseconds);
  };
  return { allowance, run, pass: (milliseconds: number) => (time += milliseconds) };
}

it('a task that takes 600 ms every 3 seconds can run ten times', () => {
  const { allowance, run, pass } = allowanceAt(7);
  for (let tries = 0; tries < 10; tries++) {
    expect(allowance.isLeft).toBe(true);
    run(600);
    pass(3000);
  }
});

it('a task that runs whenever time is left takes a tenth of the time after the burst', () => {
  const { allowance, run, pass } = allowanceAt(0);
  let spent = 0;
  let elapsed = 0;
  while (elapsed < 1_000_000) {
    const step = allowance.isLeft ? 3000 : 100;
    if (allowance.isLeft) {
      run(step);
      spent += step;
    } else pass(step);
    elapsed += step;
  }
  expect(spent).toBeGreaterThan(100_000);
  expect(spent).toBeLessThan(5000 + 100_000 + 3000);
});

it('unused time is not saved beyond the burst', () => {
  const { allowance, run, pass } = allowanceAt(0);
  pass(10_000_000);
  run(5600);
  expect(allowance.isLeft).toBe(false);
});
