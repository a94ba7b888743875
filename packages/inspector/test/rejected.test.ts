import { createHmac } from 'node:crypto';
import { setImmediate } from 'node:timers/promises';
import { createReceiver, rejections } from '@spiderfoot-webhooks/core';
import { signedDelivery, signedWebhook } from '@spiderfoot-webhooks/core/testing';
import { fetchHandler } from '@spiderfoot-webhooks/core/web';
import type { Store } from '@spiderfoot-webhooks/sqlite';
import { expect, it, vi } from 'vitest';
import { readSettings } from '../src/options.ts';
import { createDiagnosesAhead } from '../src/rejected/diagnose-ahead.ts';
import { createDiagnoser } from '../src/rejected/diagnoser.ts';
import { openTestStore, serveInspector } from './support/serve.ts';

it('the list of rejected requests leads to the headers and the body of a kept request', async () => {
  const store = openTestStore();
  const receiver = createReceiver({ secret: 's3cret', log: store, keepRejected: 1 });
  const delivery = await signedDelivery('scan_completed', {
    secret: 'another',
    data: { target: '<script>x</script>' },
  });
  const headers = () => [['X-Hostile', '"><img src=x>']] as const;
  await receiver.receive(Object.assign(delivery, { headers }));
  const { get } = await serveInspector(store);
  const list = await (await get('/rejected')).text();
  const [, path = ''] = /href="(rejected\/[^"]+)"/.exec(list) ?? [];
  const page = await get(`/${path}`);
  expect(page.status).toBe(200);
  const text = await page.text();
  expect(text).toContain('data-page="rejection"');
  expect(text).toContain('X-Hostile');
  expect(text).toContain('&lt;script&gt;x&lt;/script&gt;');
  expect(text).not.toMatch(/<img|<script>x/);
  expect((await get('/rejected/999')).status).toBe(404);
});

it('the page of a kept request shows the mistake that explains its signature, and not the secret', async () => {
  const store = openTestStore();
  const secret = 's3cret-of-the-receiver';
  const receiver = createReceiver({ secret, log: store, keepRejected: 5 });
  const delivery = await signedDelivery('scan_completed', { secret: Buffer.from(`${secret}\n`) });
  const signature = delivery.header('x-spiderfoot-signature') ?? '';
  const headers = () => [['X-SpiderFoot-Signature', signature]] as const;
  await receiver.receive(Object.assign(delivery, { headers }));
  const pageWith = async (options: object) => {
    const { get } = await serveInspector(store, options);
    const [, path = ''] = /href="(rejected\/[^"]+)"/.exec(await (await get('/rejected')).text()) ?? [];
    return (await get(`/${path}`)).text();
  };
  const page = await pageWith({ secret });
  expect(page).toContain('which explains the signature');
  expect(page).not.toContain(secret);
  expect(await pageWith({})).not.toContain('explains the signature');
});

it('a malformed signature, which is rejected before its body is read, has a diagnosis', async () => {
  const store = openTestStore();
  const secret = 's3cret-of-the-receiver';
  const receiver = createReceiver({ secret, log: store, keepRejected: 5 });
  const delivery = await signedDelivery('scan_completed', { secret });
  const digest = createHmac('sha1', secret).update('{}').digest('hex').toUpperCase();
  const sent = delivery.header.bind(delivery);
  const header = (name: string) => (name === 'x-spiderfoot-signature' ? `sha256=${digest}` : sent(name));
  const headers = () => [['X-SpiderFoot-Signature', `sha256=${digest}`]] as const;
  await receiver.receive(Object.assign(delivery, { header, headers }));
  const { get } = await serveInspector(store, { secret });
  const [, path = ''] = /href="(rejected\/[^"]+)"/.exec(await (await get('/rejected')).text()) ?? [];
  const page = await (await get(`/${path}`)).text();
  expect(page).toContain('computed with SHA-1');
  expect(page).toContain('40 characters instead of 64');
});

it('if no request was kept, the page names the option that keeps requests', async () => {
  const store = openTestStore();
  const receiver = createReceiver({ secret: 's3cret', log: store });
  await receiver.receive(await signedDelivery('scan_completed', { secret: 'another' }));
  const { get } = await serveInspector(store);
  const page = await (await get('/rejected')).text();
  expect(page).toContain('keepRejected');
  expect(page).toContain('--keep-rejected 100');
});

/** Reject a request whose secret has a newline more than that of the receiver. */
async function rejectOne(size: number, signatureHeader?: string): Promise<Store> {
  const store = openTestStore();
  const header = signatureHeader === undefined ? {} : { signatureHeader };
  const receiver = createReceiver({ secret: trusted, log: store, keepRejected: 20, ...header });
  const data = { scan_id: 'a', target: 'acme.example', list: Array.from({ length: size / 8 }, (_, n) => n) };
  const sent = await signedWebhook('scan_completed', {
    secret: Buffer.from(`${trusted}\n`),
    data,
    ...header,
  });
  await fetchHandler(receiver)(new Request(sent.url, { ...sent }));
  return store;
}

const trusted = 's3cret-of-the-receiver';
const kindIn = (page: string) => /data-diagnosis="(\w+)"/.exec(page)?.[1];

it('a body of 60 KiB is diagnosed, and other pages are served in the meantime', async () => {
  const store = await rejectOne(80_000);
  const [latest] = (await store.rejections()).latest;
  const { body } = (await store.rejection(latest?.key ?? ''))?.request ?? {};
  expect(body?.byteLength).toBeGreaterThan(50_000);
  const { get } = await serveInspector(store, { secret: 'another-secret-of-the-inspector' });
  const served: string[] = [];
  const load = async (path: string) => {
    const text = await (await get(path)).text();
    served.push(path);
    return text;
  };
  const [page] = await Promise.all([load(`/rejected/${latest?.key}`), load('/deliveries')]);
  expect(served[0]).toBe('/deliveries');
  // The search of a long body may end at its limit.
  expect(kindIn(page)).toMatch(/^(?:unknown|unfinished)$/);
  const owner = await serveInspector(store, { secret: trusted });
  expect(kindIn(await (await owner.get(`/rejected/${latest?.key}`)).text())).toBe('explained');
});

it('more than eight diagnoses at a time are refused, and a diagnosis is made once', async () => {
  const store = await rejectOne(800);
  const [latest] = (await store.rejections()).latest;
  const rejection = await store.rejection(latest?.key ?? '');
  if (rejection === undefined) throw new Error('The rejection is not kept');
  const diagnoser = createDiagnoser(readSettings({ secret: trusted }));
  const results = await Promise.all(Array.from({ length: 12 }, () => diagnoser.diagnose(rejection)));
  expect(results.filter((result) => result === 'busy')).toHaveLength(4);
  const [first, ...others] = results.slice(0, 8);
  expect(first).toMatchObject({ kind: 'explained' });
  for (const other of others) expect(other).toBe(first);
});

it.each([
  ['that exceeded a limit is not repeated', 'time-limit', 1],
  ['whose thread ended is repeated', 'failed', 2],
] as const)('a diagnosis %s', async (_, reason, expected) => {
  const store = await rejectOne(800);
  const [latest] = (await store.rejections()).latest;
  const rejection = await store.rejection(latest?.key ?? '');
  if (rejection === undefined) throw new Error('The rejection is not kept');
  const diagnose = vi.fn(async () => reason);
  const thread = { diagnose, hasTimeLeft: true, close: async () => {} };
  const diagnoser = createDiagnoser(readSettings({ secret: trusted }), thread);
  expect(await diagnoser.diagnose(rejection)).toBe('failed');
  expect(await diagnoser.diagnose(rejection)).toBe('failed');
  expect(diagnose).toHaveBeenCalledTimes(expected);
});

it('the signature is read from the header of the option signatureHeader', async () => {
  const store = await rejectOne(80, 'X-Gateway-Signature');
  const [latest] = (await store.rejections()).latest;
  const page = async (options: object) => {
    const { get } = await serveInspector(store, { secret: trusted, ...options });
    return kindIn(await (await get(`/rejected/${latest?.key}`)).text());
  };
  expect(await page({ signatureHeader: 'X-Gateway-Signature' })).toBe('explained');
  expect(await page({})).not.toBe('explained');
  for (const signatureHeader of ['', [], 'a b', [1]]) {
    await expect(page({ signatureHeader })).rejects.toMatchObject({ option: 'signatureHeader' });
  }
});

it('a request that was rejected for another reason has the hint of its code, and no diagnosis', async () => {
  const store = openTestStore();
  const receiver = createReceiver({ secret: trusted, log: store, keepRejected: 5 });
  await receiver.receive(await signedDelivery('scan_completed', { secret: false }));
  const { get } = await serveInspector(store, { secret: trusted });
  const [latest] = (await store.rejections()).latest;
  expect(latest?.code).toBe('missing_signature');
  const page = await (await get(`/rejected/${latest?.key}`)).text();
  expect(page.replaceAll('&quot;', '"').replaceAll('&#39;', "'")).toContain(
    rejections.missing_signature.hint,
  );
  expect(kindIn(page)).toBeUndefined();
});

it('the list shows the mistakes of the newest requests, and diagnoses each request once', async () => {
  const store = await rejectOne(80);
  const receiver = createReceiver({ secret: trusted, log: store, keepRejected: 20 });
  await receiver.receive(await signedDelivery('scan_completed', { secret: false }));
  const { get } = await serveInspector(store, { secret: trusted });
  const list = async () => (await get('/rejected')).text();
  expect((await list()).match(/>Not diagnosed yet</g)).toHaveLength(1);
  await vi.waitFor(async () => expect(await list()).toContain('newline'), { timeout: 20_000, interval: 50 });
  expect(await list()).not.toContain('Not diagnosed yet');
  const { get: getWithoutSecret } = await serveInspector(store);
  expect(await (await getWithoutSecret('/rejected')).text()).not.toContain('Not diagnosed yet');
});

it('the diagnoses of listed requests wait for processor time, and a finished one is not repeated', async () => {
  const store = await rejectOne(80);
  const { latest } = await store.rejections();
  const settings = readSettings({ secret: trusted });
  const diagnose = vi.fn(async () => 'time-limit' as const);
  const thread = { diagnose, hasTimeLeft: false, close: async () => {} };
  const diagnoser = createDiagnoser(settings, thread);
  const diagnoseAhead = createDiagnosesAhead({ store, settings, diagnoser });
  for (let times = 0; times < 3; times++) {
    diagnoseAhead(latest);
    await setImmediate();
  }
  expect(diagnose).toHaveBeenCalledTimes(0);
  thread.hasTimeLeft = true;
  await vi.waitFor(() => expect(diagnoser.finishedCount).toBe(1), { timeout: 5000 });
  diagnoseAhead(latest);
  await setImmediate();
  expect(diagnose).toHaveBeenCalledTimes(1);
});
