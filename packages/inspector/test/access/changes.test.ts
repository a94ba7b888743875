import { expect, it } from 'vitest';
import { openTestStore, recordEvents, serveInspector } from '../support/serve.ts';

const key = '1';

it('a form of the page replays a delivery', async () => {
  const store = openTestStore();
  await recordEvents(store, 'scan_completed');
  const { post } = await serveInspector(store);
  expect((await post('/replay', { key })).status).toBe(303);
  expect(await store.get(key)).toMatchObject({ state: 'queued' });
});

it.each([
  ['from another origin', { headers: { origin: 'https://attacker.example' } }],
  ['from a page without an origin', { headers: { origin: 'null' } }],
  ['without Origin and Sec-Fetch-Site', { headers: {} }],
  ['from another site, says the browser', { headers: { 'sec-fetch-site': 'cross-site' } }],
  ['from a sibling subdomain, says the browser', { headers: { 'sec-fetch-site': 'same-site' } }],
  ['without a token', { token: '' }],
  ['with another token', { token: 'A'.repeat(43) }],
  ['without a cookie', { cookie: '' }],
  ['with an empty cookie and an empty token', { cookie: 'spiderfoot-inspector-csrf=', token: '' }],
])('a request %s changes nothing', async (_, changes) => {
  const store = openTestStore();
  await recordEvents(store, 'scan_completed');
  const { post } = await serveInspector(store);
  expect((await post('/replay', { key }, changes)).status).toBe(403);
  expect(await store.get(key)).toMatchObject({ state: 'processed' });
});

it('a form of the page is accepted behind a proxy that ends TLS', async () => {
  const store = openTestStore();
  await recordEvents(store, 'scan_completed');
  const { post } = await serveInspector(store, { auth: () => true });
  const headers = { origin: 'https://ops.example.com', 'sec-fetch-site': 'same-origin' };
  expect((await post('/replay', { key }, { headers })).status).toBe(303);
});

it('a request with GET replays nothing', async () => {
  const store = openTestStore();
  await recordEvents(store, 'scan_completed');
  const { get } = await serveInspector(store);
  for (const path of ['/replay', '/dead-letters/replay', '/try-it']) await get(`${path}?key=1&csrf=1`);
  expect(await store.get(key)).toMatchObject({ state: 'processed' });
});

it('a form of more than 1 MiB is rejected', async () => {
  const { post } = await serveInspector(openTestStore());
  expect((await post('/replay', { key: 'x'.repeat(1024 * 1024) })).status).toBe(413);
});

it('the cookie is not readable by script, not sent from other sites, and limited to the base path', async () => {
  const { get } = await serveInspector(openTestStore(), { basePath: '/inspector' });
  const [cookie = ''] = (await get('/inspector/deliveries')).headers.getSetCookie();
  expect(cookie).toMatch(/; Path=\/inspector\/;/);
  expect(cookie).toMatch(/; HttpOnly/);
  expect(cookie).toMatch(/; SameSite=Strict/);
});

it.each(['/live', '/export', '/deliveries'])(
  'another site cannot load %s, but can link to it',
  async (path) => {
    const { get } = await serveInspector(openTestStore());
    const load = (site: string, dest: string) =>
      get(path, { 'sec-fetch-site': site, 'sec-fetch-dest': dest });
    for (const site of ['cross-site', 'same-site']) {
      for (const dest of ['empty', 'iframe', 'image', 'script']) {
        expect((await load(site, dest)).status, `${site} ${dest}`).toBe(403);
      }
      expect((await load(site, 'document')).status).toBe(200);
    }
    expect((await load('same-origin', 'empty')).status).toBe(200);
    expect((await load('none', 'document')).status).toBe(200);
  },
);

it.each(['PUT', 'DELETE', 'PATCH', 'OPTIONS', 'PROPFIND'])('answers %s with 405', async (method) => {
  const { origin } = await serveInspector(openTestStore());
  const response = await fetch(`${origin}/replay`, { method });
  expect([response.status, response.headers.get('allow')]).toEqual([405, 'GET, HEAD, POST']);
  expect(response.headers.get('access-control-allow-origin')).toBeNull();
});
