import type { StoreHealth } from '@spiderfoot-webhooks/core/stores';
import { expect, it } from 'vitest';
import { z } from 'zod';
import { createHealthChecks, type HealthOptions } from '../../src/health/index.ts';
import { serving } from '../support/serving.ts';

const idle: StoreHealth = { ready: true, waiting: 0, running: 0, delayed: 0, dead: 0, oldest: undefined };
const storeOf = (health: Partial<StoreHealth>) => ({ health: async () => ({ ...idle, ...health }) });
const broken = {
  health: async (): Promise<StoreHealth> => {
    throw new Error('the disk is gone');
  },
};

async function problemsOf(response: Response): Promise<readonly string[]> {
  return z.object({ problems: z.array(z.string()) }).parse(await response.json()).problems;
}

/** Request the three checks over HTTP and over fetch, and expect that both give the same responses. */
async function answers(options: HealthOptions): Promise<Record<string, unknown>> {
  const checks = createHealthChecks(options);
  const url = await serving(checks.listener);
  const results = ['health', 'livez', 'readyz'].map(async (path) => {
    const response = await fetch(`${url}ops/${path}?verbose`);
    const overFetch = await checks.fetch(new Request(`${url}ops/${path}?verbose`));
    const problems = await problemsOf(response);
    expect([overFetch.status, ...(await problemsOf(overFetch))]).toEqual([response.status, ...problems]);
    expect(response.headers.get('cache-control')).toBe('no-store');
    return [path, [response.status, ...problems]];
  });
  return Object.fromEntries(await Promise.all(results));
}

it('answers 200 to all health checks if the store can be used, or without a store', async () => {
  const ok = { health: [200], livez: [200], readyz: [200] };
  expect(await answers({ store: storeOf({}), maxOldestSeconds: 60, maxDeadLetters: 0 })).toEqual(ok);
  expect(await answers({})).toEqual(ok);
});

it.each([
  ['throws', broken],
  ['is not ready', storeOf({ ready: false })],
])('answers 503 to /health and /readyz, but not to /livez, if the store %s', async (_, store) => {
  const unavailable = [503, 'store_unavailable'];
  expect(await answers({ store })).toEqual({ health: unavailable, livez: [200], readyz: unavailable });
});

it('answers 503 to /health and /readyz, but not to /livez, during shutdown', async () => {
  const closing = [503, 'closing'];
  expect(await answers({ store: storeOf({}), isClosing: () => true })).toEqual({
    health: closing,
    livez: [200],
    readyz: closing,
  });
});

it('answers 503 only to /health if a maximum is exceeded', async () => {
  const store = storeOf({ delayed: 1, dead: 3, oldest: new Date(Date.now() - 3_600_000) });
  const rest = { livez: [200], readyz: [200] };
  expect(await answers({ store })).toEqual({ health: [200], ...rest });
  expect(await answers({ store, maxDeadLetters: 3, maxOldestSeconds: 7200 })).toEqual({
    health: [200],
    ...rest,
  });
  expect(await answers({ store, maxDeadLetters: 2 })).toEqual({
    health: [503, 'too_many_dead_letters'],
    ...rest,
  });
  expect(await answers({ store, maxOldestSeconds: 60 })).toEqual({
    health: [503, 'oldest_too_old'],
    ...rest,
  });
});

it('reports the numbers of the store and the age of the oldest delivery', async () => {
  const oldest = new Date(Date.now() - 90_000);
  const checks = createHealthChecks({
    store: storeOf({ waiting: 2, running: 1, delayed: 3, dead: 4, oldest }),
  });
  expect(await checks.health()).toEqual({
    status: 'ok',
    problems: [],
    queue: { waiting: 2, running: 1, delayed: 3, dead: 4, oldestSeconds: expect.any(Number) },
  });
  const { queue } = await createHealthChecks({ store: storeOf({}) }).ready();
  expect(queue?.oldestSeconds).toBeNull();
});

it('answers 404 to a path without a health check, and omits the body for HEAD', async () => {
  const checks = createHealthChecks();
  const url = await serving(checks.listener);
  expect((await fetch(`${url}health/other`)).status).toBe(404);
  expect((await checks.fetch(new Request(`${url}constructor`))).status).toBe(404);
  const head = await checks.fetch(new Request(`${url}livez`, { method: 'HEAD' }));
  expect([head.status, await head.text()]).toEqual([200, '']);
});

it.each(['maxOldestSeconds', 'maxDeadLetters'] as const)('rejects an invalid %s', (option) => {
  for (const value of [-1, Number.NaN])
    expect(() => createHealthChecks({ [option]: value })).toThrow(expect.objectContaining({ option }));
});
