import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { createReceiver } from '@spiderfoot-webhooks/core';
import { signedDelivery } from '@spiderfoot-webhooks/core/testing';
import { openStore } from '@spiderfoot-webhooks/sqlite';
import { expect, it } from 'vitest';
import { temporaryFolder } from '../support/certificates.ts';
import { secret, withSecret } from '../support/command.ts';
import { get, listening, until } from '../support/listen-process.ts';

/** An endpoint for which `listen` has no worker. */
const endpoint = 'other';

/** Create a store with a delivery that has been queued for 90 seconds. @returns the path */
async function oldQueue(): Promise<string> {
  const path = join(await temporaryFolder(), 'w.db');
  const store = openStore(path);
  await store.enqueue({
    id: '0'.repeat(32),
    endpoint,
    receivedAt: new Date(Date.now() - 90_000),
    eventType: 'scan_failed',
    dialect: 'guide',
    scanId: undefined,
    target: undefined,
    ip: undefined,
    body: Buffer.from('{}'),
  });
  await store.close();
  return path;
}

/** Create a store with a dead letter. @returns the path */
async function deadLetter(): Promise<string> {
  const path = join(await temporaryFolder(), 'w.db');
  const store = openStore(path, { maxAttempts: 1, pollInterval: 20 });
  const receiver = createReceiver({ secret, queue: store, endpoint });
  receiver.onAny(() => {
    throw new Error('the ticket system is down');
  });
  receiver.start();
  await receiver.receive(await signedDelivery('scan_failed', { secret }));
  await until(async () => (await store.health()).dead === 1);
  await receiver.close();
  await store.close();
  return path;
}

/** Return the statuses of the checks, and the problems that `/health` reports. */
async function checksOf(url: string) {
  const [health, ready] = [await get(url, '/health'), await get(url, '/readyz')];
  return { health: health.status, ready: ready.status, problems: JSON.parse(health.body).problems };
}

it.each([
  { maximum: '60', health: 503, problems: ['oldest_too_old'] },
  { maximum: '6000', health: 200, problems: [] },
])(
  'answers /health with $health for --max-oldest-seconds $maximum',
  async ({ maximum, health, problems }) => {
    const { url } = await listening(['--store', await oldQueue(), '--max-oldest-seconds', maximum]);
    expect(await checksOf(url)).toEqual({ health, ready: 200, problems });
  },
);

it.each([
  { maximum: '0', health: 503, problems: ['too_many_dead_letters'] },
  { maximum: '1', health: 200, problems: [] },
])(
  'answers /health with $health for max_dead_letters = $maximum in [listen]',
  async ({ maximum, health, problems }) => {
    const config = join(await temporaryFolder(), 'w.ini');
    await writeFile(config, `[webhooks]\nsecret = ${secret}\n[listen]\nmax_dead_letters = ${maximum}\n`);
    const { url } = await listening(['--store', await deadLetter(), '--config', config], { env: {} });
    expect(await checksOf(url)).toEqual({ health, ready: 200, problems });
  },
);

it.each([
  { args: ['--max-dead-letters', '0'], message: /^error: --max-dead-letters .*\n.*--store/ },
  { args: ['--max-oldest-seconds', '60'], message: /^error: --max-oldest-seconds .*\n.*--store/ },
  { args: ['--max-dead-letters', '-1'], message: /--max-dead-letters .*'-1' is invalid/ },
])('exits with 2 for the maximum $args', async ({ args, message }) => {
  const { code, stderr } = await withSecret(['listen', '--port', '0', ...args]);
  expect({ code, stderr }).toEqual({ code: 2, stderr: expect.stringMatching(message) });
});
