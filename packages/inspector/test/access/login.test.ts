import { createInspector } from '@spiderfoot-webhooks/inspector';
import { describe, expect, it } from 'vitest';
import { createFailedLogins } from '../../src/access/failed-logins.ts';
import { basic, openTestStore, serveInspector } from '../support/serve.ts';

const auth = { user: 'ops', password: 'pässword:with colon' };
const paths = ['/', '/deliveries', '/deliveries/1', '/live', '/export', '/assets/1/main.js', '/nothing'];

describe('without auth', () => {
  it('serves a direct request from this machine', async () => {
    const { get } = await serveInspector(openTestStore());
    expect((await get('/deliveries')).status).toBe(200);
  });

  it.each(paths)('answers 403 to a proxied request for %s, and names the option', async (path) => {
    const { get } = await serveInspector(openTestStore());
    const response = await get(path, { 'x-forwarded-for': '192.0.2.1' });
    expect(response.status).toBe(403);
    expect(await response.text()).toContain('auth');
  });

  it('answers 403 if the host is not loopback, which prevents DNS rebinding', async () => {
    const inspector = createInspector(openTestStore(), { clientIp: () => '127.0.0.1' });
    const headers = { host: 'rebound.example' };
    expect((await inspector(new Request('http://rebound.example/deliveries', { headers }))).status).toBe(403);
  });

  it('answers 403 if the request target has a host that is not loopback', async () => {
    const inspector = createInspector(openTestStore(), { clientIp: () => '127.0.0.1' });
    const headers = { host: 'localhost' };
    expect((await inspector(new Request('http://rebound.example/deliveries', { headers }))).status).toBe(403);
    expect((await inspector(new Request('http://[::1]:8081/deliveries', { headers }))).status).toBe(200);
  });

  it('answers 403 if the address is unknown, and names the option clientIp', async () => {
    const headers = { host: 'localhost' };
    const response = await createInspector(openTestStore())(
      new Request('http://localhost/deliveries', { headers }),
    );
    expect(response.status).toBe(403);
    expect(await response.text()).toContain('clientIp');
  });
});

describe('with a user and a password', () => {
  it('serves a request with both', async () => {
    const { get } = await serveInspector(openTestStore(), { auth });
    expect((await get('/deliveries', { 'x-forwarded-for': '192.0.2.1' })).status).toBe(200);
  });

  it.each(paths)('answers 401 to %s without a login, from this machine too', async (path) => {
    const { origin } = await serveInspector(openTestStore(), { auth });
    const response = await fetch(origin + path);
    expect(response.status).toBe(401);
    expect(response.headers.get('www-authenticate')).toMatch(/^Basic /);
  });

  it.each([
    ['a wrong password', basic('ops', 'guess')],
    ['a wrong user', basic('root', auth.password)],
    ['an empty password', basic('ops', '')],
    ['a longer password', basic('ops', `${auth.password}x`)],
    ['a shorter password', basic('ops', auth.password.slice(0, -1))],
    ['another scheme', 'Bearer ops'],
    ['no credentials', 'Basic'],
    ['text that is not base64', 'Basic ?'],
  ])('answers 401 to %s', async (_, authorization) => {
    const { get } = await serveInspector(openTestStore(), { auth });
    expect((await get('/deliveries', { authorization })).status).toBe(401);
  });

  it('answers 429 after 10 failed logins of an address, even to the right password', async () => {
    const { get } = await serveInspector(openTestStore(), { auth });
    const authorization = basic('ops', 'guess');
    const guesses = await Promise.all(
      Array.from({ length: 12 }, () => get('/deliveries', { authorization })),
    );
    expect(guesses.filter(({ status }) => status === 401)).toHaveLength(10);
    const locked = await get('/deliveries');
    expect(locked.status).toBe(429);
    expect(Number(locked.headers.get('retry-after'))).toBeGreaterThan(0);
  });

  it('limits the failed logins of all addresses, but not an address that has logged in before', () => {
    let now = 0;
    const logins = createFailedLogins(() => now);
    logins.succeeded('192.0.2.1');
    for (let address = 0; address < 100; address += 1) logins.failed(`2001:db8::${address}`);
    expect(logins.mayTry('198.51.100.1')).toBe(false);
    expect(logins.mayTry('192.0.2.1')).toBe(true);
    now += 60_000;
    expect(logins.mayTry('198.51.100.1')).toBe(true);
  });
});

describe('with a function', () => {
  it('serves a request for which it returns true', async () => {
    const { get } = await serveInspector(openTestStore(), { auth: async () => true });
    expect((await get('/deliveries', { 'x-forwarded-for': '192.0.2.1' })).status).toBe(200);
  });

  it.each(paths)('answers 403 to %s if it returns false', async (path) => {
    const { get } = await serveInspector(openTestStore(), { auth: () => false });
    expect((await get(path)).status).toBe(403);
  });

  it('sends the response that it returns, with the security headers', async () => {
    const login = () => new Response(null, { status: 302, headers: { location: '/login' } });
    const { get } = await serveInspector(openTestStore(), { auth: login });
    const response = await get('/live');
    expect([response.status, response.headers.get('location')]).toEqual([302, '/login']);
    expect(response.headers.get('content-security-policy')).toContain("frame-ancestors 'none'");
  });

  it('shows no page if it throws', async () => {
    const fail = () => {
      throw new Error('session store is down at db.internal');
    };
    const { get } = await serveInspector(openTestStore(), { auth: fail });
    const response = await get('/deliveries');
    expect(response.status).toBe(500);
    expect(await response.text()).not.toMatch(/db\.internal|data-rows/);
  });
});
