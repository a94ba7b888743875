import { createHmac } from 'node:crypto';
import { createReceiver } from '@spiderfoot-webhooks/core';
import { signedDelivery } from '@spiderfoot-webhooks/core/testing';
import { expect, it } from 'vitest';
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
