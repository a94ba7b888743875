import { expect, it, onTestFinished, vi } from 'vitest';
import { createAvailability } from '../../src/connection/availability.ts';
import { deadlineAfter } from '../../src/connection/deadline.ts';

/** An availability whose checks end when the test ends them. */
function createPending() {
  const checks: { resolve(): void; reject(error: Error): void }[] = [];
  const check = () => new Promise<void>((resolve, reject) => void checks.push({ resolve, reject }));
  const availability = createAvailability(check);
  onTestFinished(() => availability.close());
  return { availability, checks };
}

it('ready() checks the server again if the check that was running has failed', async () => {
  const { availability, checks } = createPending();
  const required = availability.require(deadlineAfter(60_000)).catch(() => 'rejected');
  const ready = availability.ready();
  checks[0]?.reject(new Error('no server listens'));
  expect(await required).toBe('rejected');
  await vi.waitFor(() => expect(checks).toHaveLength(2));
  checks[1]?.resolve();
  await ready;
});

it('ready() rejects if a check that it has begun fails', async () => {
  const { availability, checks } = createPending();
  const ready = availability.ready();
  checks[0]?.reject(new Error('no server listens'));
  await expect(ready).rejects.toMatchObject({ name: 'StoreError' });
  expect(checks).toHaveLength(1);
});
