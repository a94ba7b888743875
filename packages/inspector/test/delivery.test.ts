import { createReceiver } from '@spiderfoot-webhooks/core';
import { memoryLog } from '@spiderfoot-webhooks/core/stores';
import { signedDelivery } from '@spiderfoot-webhooks/core/testing';
import { createInspector } from '@spiderfoot-webhooks/inspector';
import { describe, expect, it } from 'vitest';
import { commandsFor } from '../src/delivery/commands.ts';
import { parseExactJson, writeExactJson } from '../src/json/exact-json.ts';
import { recordEntry } from './support/record-entry.ts';
import { openTestStore, recordEvents, serveInspector } from './support/serve.ts';

const hostile = `<img src=x onerror=alert(1)>"'&</script>\u202e\u0007`;

it('shows the event, the handlers and their errors', async () => {
  const store = openTestStore();
  const receiver = createReceiver({ secret: 's3cret', log: store });
  receiver.onAny(() => {}, { name: 'slack' });
  receiver.onAny(() => Promise.reject(new Error('HTTP 503 of the SIEM')), { name: 'siem' });
  await receiver.receive(await signedDelivery('scan_completed', { secret: 's3cret' }));
  const { get } = await serveInspector(store);
  const page = await (await get('/deliveries/1')).text();
  for (const text of ['slack', 'siem', 'HTTP 503 of the SIEM', ' ms', 'Replay failed handlers']) {
    expect(page).toContain(text);
  }
});

it('a failed delivery shows its attempts before its event, and an error that repeats once', async () => {
  const store = openTestStore();
  const at = new Date();
  const run = { handler: 'siem', startedAt: at, duration: 5, error: 'HTTP 400' };
  await recordEntry(store, { state: 'failed', error: 'HTTP 400', failures: [run], runs: [run] });
  await recordEntry(store);
  const found = await store.get('1');
  if (found === undefined) throw new Error('The delivery is missing.');
  const handlers = found.handlers.map((handler) => ({ ...handler, runs: [run, run, run] }));
  const { get } = await serveInspector({
    ...store,
    get: async (key) => (key === '1' ? { ...found, handlers } : store.get(key)),
  });
  const failed = await (await get('/deliveries/1')).text();
  expect(failed.indexOf('<h2>Attempts')).toBeLessThan(failed.indexOf('<h2>Event'));
  expect(failed.match(/>HTTP 400</g)).toHaveLength(1);
  expect(failed.match(/with the same error/g)).toHaveLength(2);
  const processed = await (await get('/deliveries/2')).text();
  expect(processed.indexOf('<h2>Attempts')).toBeGreaterThan(processed.indexOf('<h2>Event'));
});

it.each([
  ['failed', ['Replay failed handlers', 'Replay all handlers']],
  ['dead', ['Replay failed handlers', 'Replay all handlers']],
  ['rejected', ['Replay failed handlers', 'Replay all handlers']],
  ['processed', ['Replay all handlers']],
] as const)('a %s delivery has its buttons for a replay', async (state, expected) => {
  const store = openTestStore();
  await recordEvents(store, 'scan_completed');
  const found = await store.get('1');
  if (found === undefined) throw new Error('The delivery is missing.');
  const inspected = { ...store, get: async () => ({ ...found, state }) };
  const { get } = await serveInspector(inspected);
  const page = await (await get('/deliveries/1')).text();
  const buttons = [...page.matchAll(/<button type="submit"[^>]*>(Replay[^<]*)</g)].map(([, text]) => text);
  expect(buttons).toEqual(expected);
});

it.each([
  ['the failed handlers', {}, true],
  ['all handlers', { handlers: 'all' }, false],
] as const)('the form replays %s of a failed delivery', async (_, fields, keepsSuccess) => {
  const store = openTestStore();
  const receiver = createReceiver({ secret: 's3cret', log: store });
  receiver.onAny(() => {}, { name: 'slack' });
  receiver.onAny(() => Promise.reject(new Error('down')), { name: 'siem' });
  await receiver.receive(await signedDelivery('scan_completed', { secret: 's3cret' }));
  await receiver.close();
  const { post } = await serveInspector(store);
  expect((await post('/replay', { key: '1', ...fields })).status).toBe(303);
  const { state, handlers = [] } = (await store.get('1')) ?? {};
  expect(state).toBe('queued');
  expect(handlers.some(({ succeeded }) => succeeded)).toBe(keepsSuccess);
});

it.each([
  ['queued', 'The delivery is due'],
  ['running', 'The handlers are running'],
] as const)('the button for a retry of a %s delivery is disabled and has a reason', async (state, reason) => {
  const store = openTestStore();
  await recordEvents(store, 'scan_completed');
  const found = await store.get('1');
  if (found === undefined) throw new Error('The delivery is missing.');
  const due = { ...found, state, nextAttempt: new Date() };
  const { get } = await serveInspector({ ...store, get: async () => due });
  const page = await (await get('/deliveries/1')).text();
  expect(page).toMatch(new RegExp(`<button[^>]* disabled="" title="${reason}[^"]+"[^>]*>Retry now`));
});

it('downloads the body byte for byte, as a file that no browser runs', async () => {
  const store = openTestStore();
  await recordEvents(store, 'scan_completed');
  const { get } = await serveInspector(store);
  const response = await get('/deliveries/1/body');
  expect(new Uint8Array(await response.arrayBuffer())).toEqual(
    new Uint8Array((await store.get('1'))?.body ?? []),
  );
  expect(response.headers.get('content-type')).toBe('application/octet-stream');
  expect(response.headers.get('content-disposition')).toMatch(/^attachment/);
});

it.each(['/deliveries/99', '/deliveries/99/body', '/deliveries/x%2f..'])('%s is not found', async (path) => {
  const { get } = await serveInspector(openTestStore());
  expect((await get(path)).status).toBe(404);
});

it('the neighbors of a delivery are those of the filtered list', async () => {
  const store = openTestStore();
  await recordEvents(store, 'scan_completed', 'scan_failed', 'scan_completed', 'scan_completed');
  const { get } = await serveInspector(store);
  const links = async (path: string) =>
    [...(await (await get(path)).text()).matchAll(/class="button quiet" href="([^"]+)"/g)].map(
      ([, href]) => href,
    );
  expect(await links('/deliveries/3?type=scan_completed')).toContain('1?type=scan_completed');
  expect(await links('/deliveries/3?type=scan_completed')).toContain('4?type=scan_completed');
  expect(await links('/deliveries/3')).toContain('2');
});

it('markup and control characters in every field are inert', async () => {
  const store = openTestStore();
  const receiver = createReceiver({ secret: 's3cret', log: store, endpoint: hostile });
  receiver.onAny(() => Promise.reject(new Error(hostile)), { name: hostile });
  const data = { scan_id: hostile, target: hostile, [hostile]: hostile };
  await receiver.receive(await signedDelivery(`custom.${hostile}`, { secret: 's3cret', data }));
  const { get } = await serveInspector(store);
  const filter = new URLSearchParams({ target: hostile, text: hostile, type: hostile, scan: hostile });
  for (const path of ['/deliveries', '/deliveries/1', `/deliveries?${filter}`, `/deliveries/1?${filter}`]) {
    const page = await (await get(path)).text();
    expect(page, path).not.toContain('<img');
    expect(page, path).not.toContain('</script>"');
    expect(page.replaceAll(/value="[^"]*"/g, ''), path).not.toContain('\u202e');
  }
});

describe('exact JSON', () => {
  it.each([
    '{"id":12345678901234567890,"big":1e400,"zero":1.0}',
    '{"b":1,"a":2,"b":3,"1":4,"__proto__":5}',
    '[NaN,-Infinity,true,null,"\\ud83d"]',
    '[[],{}]',
  ])('%s keeps its digits, its order and its duplicate names', (text) => {
    const value = parseExactJson(text);
    expect(value && writeExactJson(value)).toBe(text);
  });

  it.each(['', '{', '[1,]', '{"a" 1}', '"\n', '1 2', '['.repeat(5000), '{"a":"\\x"}'])(
    '%j is not shown as JSON',
    (text) => {
      expect(parseExactJson(text)).toBeUndefined();
    },
  );
});

it('the commands quote hostile text and contain no secret', async () => {
  const store = openTestStore();
  const receiver = createReceiver({ secret: 's3cret', log: store });
  const data = { target: "$(touch x)'`id`" };
  await receiver.receive(await signedDelivery("custom.'; id", { secret: 's3cret', data }));
  const delivery = await store.get('1');
  if (delivery === undefined) throw new Error('The delivery is missing.');
  const { curl, send, replay } = commandsFor(delivery, new TextDecoder().decode(delivery.body), true);
  expect(send).toMatch(/^spiderfoot-webhooks send --dialect \w+ --data '.*' 'custom\.'\\''; id'$/);
  expect(replay).toContain('replay 1 ');
  for (const command of [curl, send]) {
    expect(command.replaceAll("'\\''", '').replaceAll(/'[^']*'/g, '')).not.toMatch(/touch|`id`/);
    expect(command).not.toContain('s3cret');
  }
});

it('the command to send an event gives no option that the type contains', async () => {
  const store = openTestStore();
  await recordEvents(store, '--url=https://attacker.example');
  const delivery = await store.get('1');
  if (delivery === undefined) throw new Error('The delivery is missing.');
  const { send } = commandsFor(delivery, undefined, true);
  expect(send).toMatch(/ -- '--url=https:\/\/attacker\.example'$/);
});

it('a scan id with half a surrogate pair has a link', async () => {
  const log = memoryLog();
  const receiver = createReceiver({ secret: 's3cret', log });
  await receiver.receive(
    await signedDelivery('scan_completed', { secret: 's3cret', data: { scan_id: '\ud83dhalf' } }),
  );
  const inspector = createInspector(log, { auth: () => true, scanUrl: 'https://sf.example/{scanId}' });
  const page = await (await inspector(new Request('http://localhost/deliveries/1'))).text();
  expect(page).toContain('href="https://sf.example/%EF%BF%BDhalf"');
});
