import { setTimeout as sleep } from 'node:timers/promises';
import { expect, it, vi } from 'vitest';
import type { ForwarderObservation } from '../../src/attempts/observation.ts';
import { createPolicy } from '../../src/attempts/policy.ts';
import type { PolicyOptions } from '../../src/attempts/policy-options.ts';
import { AttemptError } from '../../src/errors/failure.ts';
import { createBatches } from '../../src/siem/batches/batches.ts';

const origin = 'https://siem.example.com:8088';
const slow = { baseDelay: 0, maxDelay: 0 };

function observedPolicy(options: PolicyOptions, known?: string) {
  const observations: ForwarderObservation[] = [];
  const policy = createPolicy(
    'siem',
    { ...slow, observe: (seen) => observations.push(seen), ...options },
    known,
  );
  const texts = () =>
    observations.map(({ target, host, ...rest }) => {
      expect({ target, host }).toEqual({ target: 'siem', host: 'siem.example.com:8088' });
      return Object.values(rest).join(' ');
    });
  const fail = () =>
    policy.run(origin, async () => Promise.reject(new AttemptError({ code: 'unavailable' }))).catch(() => {});
  return { policy, texts, fail, succeed: () => policy.run(origin, async () => 'sent') };
}

it('reports each attempt and each state of the circuit', async () => {
  const { texts, fail, succeed } = observedPolicy({ retries: 1, breaker: { failures: 2, coolDown: 1 } });
  await succeed();
  await fail();
  await sleep(20);
  await succeed();
  expect(texts()).toEqual([
    'ready false',
    'send sent',
    'send unavailable',
    'circuit open',
    'send unavailable',
    'circuit half-open',
    'circuit closed',
    'send sent',
  ]);
});

it('reports an event that the open circuit rejects', async () => {
  const { texts, fail, succeed } = observedPolicy({ retries: 0, breaker: { failures: 1, coolDown: 60_000 } });
  await fail();
  await expect(succeed()).rejects.toMatchObject({ code: 'circuit_open' });
  expect(texts()).toEqual(['ready false', 'circuit open', 'send unavailable', 'send circuit_open']);
});

it('reports a known origin before the first event', () => {
  expect(observedPolicy({}, origin).texts()).toEqual(['ready false']);
  expect(observedPolicy({}).texts()).toEqual([]);
});

it('reports the number of events of each batch', async () => {
  const observe = vi.fn();
  const batches = createBatches('siem.example.com', { observe }, async () => []);
  const signal = new AbortController().signal;
  await Promise.all(['a', 'b', 'c'].map((document) => batches.add(document, signal)));
  const target = { target: 'siem', host: 'siem.example.com' };
  expect(observe.mock.calls).toEqual([
    [{ ...target, kind: 'ready', batches: true }],
    [{ ...target, kind: 'batch', size: 3 }],
  ]);
});

it.each([
  ['rejects', () => Promise.reject(new Error('a bug'))],
  [
    'throws',
    () => {
      throw new Error('a bug');
    },
  ],
])('sends the event and logs a warning if the observer %s', async (_, observe) => {
  const warn = vi.fn();
  const policy = createPolicy('siem', { observe, logger: { info: vi.fn(), warn } });
  expect(await policy.run(origin, async () => 'sent')).toBe('sent');
  await vi.waitFor(() => expect(warn).toHaveBeenCalledTimes(2));
  expect(warn.mock.calls[0]?.[0]).toMatchObject({ target: 'siem', host: 'siem.example.com:8088' });
});

it('rejects an observer that is not a function', () => {
  const create = () => Reflect.apply(createPolicy, undefined, ['siem', { observe: {} }]);
  expect(create).toThrow(expect.objectContaining({ option: 'observe' }));
});
