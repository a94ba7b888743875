import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { openStore } from '@spiderfoot-webhooks/sqlite';
import { describe, expect, it, onTestFinished } from 'vitest';
import { temporaryFolder } from '../support/certificates.ts';
import { secret, withSecret } from '../support/command.ts';
import { listening, sendEvent, until } from '../support/listen-process.ts';
import { typicalDatabase } from '../support/test-database.ts';
import { serveListener } from '../support/test-receivers.ts';

/** Write a configuration file. The section [listen] begins in line 3. */
async function configWith(listen: string): Promise<string> {
  const file = join(await temporaryFolder(), 'w.ini');
  await writeFile(file, `[webhooks]\nsecret = ${secret}\n[listen]\n${listen}\n`);
  return file;
}

describe('retention', () => {
  it('deletes processed deliveries that are older, and keeps failed ones', async () => {
    const db = await typicalDatabase();
    const env = { SPIDERFOOT_WEBHOOK_STORE: db };
    await listening(['--config', await configWith('retention = 2h')], { env });
    const store = openStore(db, { readOnly: true });
    onTestFinished(() => store.close());
    const types = async () => (await store.list({})).deliveries.map(({ eventType }) => eventType);
    await until(async () => (await types()).length < 4);
    expect(await types()).toEqual(['scan_failed', 'alert.high', 'high_risk_event']);
  });
});

describe('concurrency', () => {
  it('limits the queued deliveries that are handled at the same time', async () => {
    let running = 0;
    let most = 0;
    let done = 0;
    const target = await serveListener((req, res) => {
      running += 1;
      most = Math.max(most, running);
      req.resume().on('end', () =>
        setTimeout(() => {
          running -= 1;
          done += 1;
          res.end('ok');
        }, 50),
      );
    });
    const db = join(await temporaryFolder(), 'w.db');
    const args = ['--store', db, '--queue', '--concurrency', '2', '--forward', `slack=${target}`];
    const { url } = await listening(args);
    const targets = Array.from({ length: 8 }, (_, n) => `t${n}`);
    await Promise.all(targets.map((name) => sendEvent(url, 'scan_started', { data: { target: name } })));
    await until(() => done === 8);
    expect(most).toBe(2);
  });
});

describe('keep_rejected', () => {
  it('keeps rejected requests of every endpoint if it is in [DEFAULT]', async () => {
    const folder = await temporaryFolder();
    const file = join(folder, 'w.ini');
    await writeFile(file, `[DEFAULT]\nkeep_rejected = 5\n[webhooks]\nsecret = ${secret}\n`);
    const db = join(folder, 'w.db');
    const { url } = await listening(['--config', file, '--store', db], { env: {} });
    expect((await sendEvent(url, 'scan_started', { secret: 'another' })).status).toBe(401);
    const store = openStore(db, { readOnly: true });
    onTestFinished(() => store.close());
    await until(async () => (await store.rejections()).latest.length === 1);
    const [latest] = (await store.rejections()).latest;
    expect((await store.rejection(latest?.key ?? ''))?.request?.body).toBeDefined();
  });
});

describe('invalid settings', () => {
  it.each([
    { args: ['--retention', '90d'], message: /^error: --retention .*\n.*--store/ },
    { args: ['--concurrency', '4', '--store', 'w.db'], message: /^error: --concurrency .*\n.*--queue/ },
    { args: ['--retention', 'x'], message: /--retention .*'x' is invalid/ },
  ])('exits with 2 for $args', async ({ args, message }) => {
    const cwd = await temporaryFolder();
    const { code, stderr } = await withSecret(['listen', '--port', '0', ...args], { cwd });
    expect({ code, stderr }).toEqual({ code: 2, stderr: expect.stringMatching(message) });
  });

  it.each([
    ['retention = old', [], 'retention'],
    ['concurrency = 0', [], 'concurrency'],
    ['concurency = 4', [], 'concurency'],
    ['max_oldest_seconds = 15m', [], 'max_oldest_seconds'],
    ['max_dead_letters = some', [], 'max_dead_letters'],
    ['max_dead_letters = 3', ['--max-dead-letters', '3'], 'max_dead_letters'],
    ['retention = 90d', ['--retention', '30d'], 'retention'],
  ])('names the line and the key for [listen] with %s and %j', async (line, args, key) => {
    const file = await configWith(line);
    const { code, stderr } = await withSecret(['listen', '--port', '0', '--config', file, ...args]);
    expect({ code, stderr }).toEqual({
      code: 2,
      stderr: expect.stringContaining(`Option "${key}" in ${file}, line 4,`),
    });
  });
});
