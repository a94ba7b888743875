import { createReceiver } from '@spiderfoot-webhooks/core';
import { signedDelivery } from '@spiderfoot-webhooks/core/testing';
import { openStore } from '@spiderfoot-webhooks/sqlite';
import { expect, it } from 'vitest';
import { openTestStore, recordEvents, serveInspector } from './support/serve.ts';

const paths = ['/', '/deliveries', '/deliveries/1', '/dead-letters', '/rejected', '/try-it'];

it.each(['/', '/inspector', '/a/b/'])('every page below %s links only below it', async (basePath) => {
  const store = openTestStore();
  await recordEvents(store, 'scan_completed', 'scan_failed');
  const { get, origin } = await serveInspector(store, { basePath });
  const base = basePath.replace(/\/?$/, '/');
  for (const path of paths.map((name) => base + name.slice(1))) {
    const response = await get(path);
    expect(response.status, path).toBe(200);
    const links = [...(await response.text()).matchAll(/ (?:href|src|action)="([^"]*)"/g)].map(
      ([, link = '']) => link,
    );
    for (const link of links.filter((each) => !each.startsWith('data:'))) {
      expect(link, path).not.toMatch(/^\/|^https?:/);
      expect(new URL(link, origin + path).pathname.startsWith(base), `${link} on ${path}`).toBe(true);
    }
  }
});

it('the path without its last slash leads to the overview', async () => {
  const { get } = await serveInspector(openTestStore(), { basePath: '/a/b' });
  const response = await get('/a/b');
  expect([response.status, response.headers.get('location')]).toEqual([308, './b/']);
});

it('the assets of a page can be loaded and kept', async () => {
  const { get } = await serveInspector(openTestStore());
  const page = await (await get('/')).text();
  const assets = [...page.matchAll(/(?:href|src)="(\.\/assets\/[^"]+)"/g)].map(([, path = '']) =>
    path.slice(1),
  );
  expect(assets).toHaveLength(3);
  for (const path of assets) {
    const response = await get(path);
    expect(response.status, path).toBe(200);
    expect(response.headers.get('cache-control')).toContain('immutable');
  }
});

it('the overview counts deliveries, and shows the handlers and their errors', async () => {
  const store = openTestStore();
  await recordEvents(store, 'scan_completed', 'scan_failed');
  const receiver = createReceiver({ secret: 's3cret', log: store });
  receiver.onAny(() => Promise.reject(new Error('the SIEM is down')), { name: 'siem' });
  await receiver.receive(await signedDelivery('high_risk_event', { secret: 's3cret' }));
  const { get } = await serveInspector(store);
  const page = await (await get('/?range=hour')).text();
  expect(page).toMatch(/<dt>Deliveries<\/dt><dd><a [^>]*>3<\/a><\/dd>/);
  expect(page).toContain('the SIEM is down');
  const chart: unknown = await (await get('/chart.json?range=hour&by=type')).json();
  const { times = [], series = [] } = Object(chart);
  expect(times).toHaveLength(60);
  const sums = series.map(({ name, values }: { name: string; values: number[] }) => [
    name,
    values.reduce((sum, value) => sum + value, 0),
  ]);
  expect(Object.fromEntries(sums)).toMatchObject({ scan_completed: 1, scan_failed: 1, high_risk_event: 1 });
});

it('groups dead letters by handler and error, shows the count first, and replays a group', async () => {
  let attempt = 0;
  const dying = openStore(':memory:', { maxAttempts: 1 });
  const queued = createReceiver({ secret: 's3cret', queue: dying });
  queued.onAny(
    () => {
      attempt += 1;
      throw new Error(`connection to port ${attempt} refused`);
    },
    { name: 'siem' },
  );
  let letters = 0;
  const dead = new Promise<void>((resolve) => {
    queued.onDeadLetter(() => {
      letters += 1;
      if (letters === 2) resolve();
    });
  });
  await queued.receive(await signedDelivery('scan_completed', { secret: 's3cret' }));
  await queued.receive(await signedDelivery('scan_failed', { secret: 's3cret' }));
  await dead;
  await queued.close();
  const { get, post } = await serveInspector(dying);
  const page = await (await get('/dead-letters')).text();
  expect(page).toMatch(/connection to port \d+ refused/);
  const [, group = ''] = /\?group=(\w+)/.exec(page) ?? [];
  expect(await (await get(`/dead-letters?group=${group}`)).text()).toContain('Replay 2 deliveries');
  const response = await post('/dead-letters/replay', { group });
  expect(response.headers.get('location')).toMatch(/^\.\.\/dead-letters\?replayed=2&replayId=\w{16}$/);
  expect((await dying.list({ state: 'queued' })).deliveries).toHaveLength(2);
  await dying.close();
});

it('the page of rejected requests shows the code and its hint', async () => {
  const store = openTestStore();
  const receiver = createReceiver({ secret: 's3cret', log: store });
  await receiver.receive(await signedDelivery('scan_completed', { secret: 'wrong' }));
  const { get } = await serveInspector(store);
  const page = await (await get('/rejected')).text();
  expect(page).toContain('invalid_signature');
  expect(page).toContain('Check that both sides use the same secret');
  expect(page).not.toContain('s3cret');
});

it('a test event passes through the receiver, and is marked', async () => {
  const store = openTestStore();
  const secret = 's3cret';
  const receiver = createReceiver({ secret, log: store });
  receiver.onAny(() => {});
  const { post } = await serveInspector(store, { receiver, secret });
  const response = await post('/try-it', { type: 'scan_completed', dialect: 'shipped' });
  expect(response.status).toBe(200);
  expect(await response.text()).toContain('<b>processed</b>');
  const { body, dialect } = (await store.get('1')) ?? {};
  expect(dialect).toBe('shipped');
  expect(new TextDecoder().decode(body)).toContain('"test": true');
});

it('without a receiver, or if it is read-only, the inspector sends no test event', async () => {
  const store = openTestStore();
  const receiver = createReceiver({ secret: 's3cret', log: store });
  for (const options of [{}, { receiver, secret: 's3cret', readOnly: true }]) {
    const { post } = await serveInspector(store, options);
    expect((await post('/try-it', { type: 'scan_completed' })).status).toBe(403);
  }
  expect((await store.list()).deliveries).toEqual([]);
});
