import { createReceiver, type Receiver, RetryLaterError } from '@spiderfoot-webhooks/core';
import { signedDelivery } from '@spiderfoot-webhooks/core/testing';
import type { Store } from '@spiderfoot-webhooks/sqlite';
import { expect, it, onTestFinished, vi } from 'vitest';
import { openTestStore, recordEvents, serveInspector } from './support/serve.ts';

/** A busy machine may need longer than the default. */
const waiting = { timeout: 15_000 };

const secret = 's3cret';

/** Receive events whose handler `siem` asks to wait for an hour. The handler `slack` succeeds. */
async function receiveDelayed(store: Store, ...types: readonly string[]): Promise<Receiver> {
  const receiver = createReceiver({ secret, queue: store });
  receiver.onAny(() => {}, { name: 'slack' });
  receiver.onAny(() => Promise.reject(new RetryLaterError(3600, 'circuit_open: HTTP 503')), { name: 'siem' });
  onTestFinished(() => receiver.close());
  // Equal bodies would be duplicates.
  for (const [index, type] of types.entries()) {
    const timestamp = new Date(Date.now() - 1_000_000 + index * 1000);
    await receiver.receive(await signedDelivery(type, { secret, timestamp }));
  }
  await vi.waitFor(async () => expect((await store.health()).delayed).toBe(types.length), waiting);
  return receiver;
}

it('the page of a delivery that waits for a retry has the button "Retry now", which makes it due', async () => {
  const store = openTestStore();
  await (await receiveDelayed(store, 'scan_failed')).close();
  const { get, post } = await serveInspector(store);
  const before = await store.get('1');
  const page = await (await get('/deliveries/1')).text();
  expect(page).toMatch(/<button type="submit" class="primary" data-replay="">Retry now</);
  const location = (await post('/replay', { key: '1', delivery: '1' })).headers.get('location') ?? '';
  expect(location).toMatch(/^deliveries\/1\?replayed=0&retried=1&replayId=\w{16}&selected=1$/);
  const after = await (await get(`/${location}`)).text();
  expect(after).toContain('1 delivery was waiting for a retry, which begins now.');
  expect(after).not.toContain('put back');
  expect(after).toMatch(/ disabled="" title="The delivery is due\.[^"]*">Retry now</);
  const { attempts, handlers, nextAttempt } = (await store.get('1')) ?? {};
  expect({ attempts, handlers }).toEqual({ attempts: 1, handlers: before?.handlers });
  expect(nextAttempt?.getTime()).toBeLessThanOrEqual(Date.now());
});

it('a delivery whose target is still down waits again after a retry, and its page shows the error', async () => {
  const store = openTestStore();
  await receiveDelayed(store, 'scan_failed');
  const { get, post } = await serveInspector(store);
  await post('/replay', { key: '1' });
  await vi.waitFor(
    async () => expect(await store.get('1')).toMatchObject({ state: 'queued', attempts: 2 }),
    waiting,
  );
  const page = await (await get('/deliveries/1')).text();
  for (const text of ['circuit_open: HTTP 503', 'Next attempt', '>Retry now<']) expect(page).toContain(text);
  expect((await store.get('1'))?.nextAttempt?.getTime()).toBeGreaterThan(Date.now() + 3_000_000);
});

it('the notice counts the deliveries of a selection that are replayed, retried and skipped', async () => {
  const store = openTestStore();
  await (await receiveDelayed(store, 'scan_failed', 'scan_failed')).close();
  await recordEvents(store, 'scan_completed', 'scan_completed');
  await store.replay('4');
  const { get, post } = await serveInspector(store);
  const location = (await post('/replay', { key: ['4', '3', '2', '1'] })).headers.get('location') ?? '';
  const page = await (await get(`/${location}`)).text();
  for (const text of [
    '1 delivery was put back into the queue.',
    '2 deliveries were waiting for a retry, which begins now.',
    '1 delivery was already due or running.',
    '>Show them<',
  ]) {
    expect(page).toContain(text);
  }
});

it('the list of queued deliveries retries all deliveries of its filters, on all pages', async () => {
  const store = openTestStore();
  const types = Array.from({ length: 60 }, () => 'scan_failed');
  await (await receiveDelayed(store, ...types, 'scan_completed')).close();
  await recordEvents(store, 'scan_failed');
  const { get, post } = await serveInspector(store);
  const back = '?state=queued&type=scan_failed';
  expect(await (await get(`/deliveries${back}`)).text()).toContain('>Retry all now<');
  for (const query of ['', '?state=queued&state=dead']) {
    expect(await (await get(`/deliveries${query}`)).text()).not.toContain('>Retry all now<');
  }
  const location = (await post('/replay', { all: 'delayed', back })).headers.get('location') ?? '';
  expect(location).toMatch(/^deliveries\?state=queued&type=scan_failed&replayed=0&retried=60&/);
  expect(await store.health()).toMatchObject({ waiting: 60, delayed: 1 });
  const due = (await store.list({ state: 'queued', eventType: 'scan_failed', limit: 100 })).deliveries;
  const times = due.map(({ nextAttempt }) => nextAttempt?.getTime() ?? 0);
  expect(times).toEqual(times.toSorted((a, b) => b - a));
  const settled = await store.list({ state: 'processed' });
  expect(settled.deliveries).toHaveLength(1);
});
