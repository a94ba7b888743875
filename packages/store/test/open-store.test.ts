import { execFile } from 'node:child_process';
import { cpSync, mkdirSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { createReceiver } from '@spiderfoot-webhooks/core';
import { signedDelivery } from '@spiderfoot-webhooks/core/testing';
import { expect, it, onTestFinished } from 'vitest';
import { openStore } from '../src/index.ts';
import { temporaryFolder, temporaryPath } from './support/temporary-path.ts';

const secret = 's3cret';

it('openStore opens a SQLite file as the queue of a receiver', async () => {
  const store = await openStore(temporaryPath());
  onTestFinished(() => store.close());
  await store.ready();
  const receiver = createReceiver({ secret, queue: store });
  onTestFinished(() => receiver.close());
  expect(await receiver.receive(await signedDelivery('scan_completed', { secret }))).toMatchObject({
    status: 'accepted',
  });
  expect((await store.list()).deliveries).toMatchObject([{ eventType: 'scan_completed' }]);
});

it('openStore passes its options to the engine, which checks them', async () => {
  const path = temporaryPath();
  await expect(openStore(path, { mustExist: true })).rejects.toMatchObject({ option: 'path' });
  await expect(openStore(path, { maxAttempts: 0 })).rejects.toMatchObject({ option: 'maxAttempts' });
});

it('openStore names the package to install if the engine is not installed', async () => {
  const folder = temporaryFolder();
  const scope = join(folder, 'node_modules/@spiderfoot-webhooks');
  mkdirSync(scope, { recursive: true });
  symlinkSync(fileURLToPath(new URL('../../core', import.meta.url)), join(scope, 'core'));
  cpSync(fileURLToPath(new URL('../src', import.meta.url)), join(folder, 'src'), { recursive: true });
  writeFileSync(join(folder, 'package.json'), '{ "type": "module" }');
  const program = `import { openStore } from './src/index.ts';
    for (const location of ['webhooks.db', 'postgres://db', 'redis://cache']) {
      const { name, option, package: missing } = await openStore(location).catch((reason) => reason);
      console.log(name, option, missing);
    }`;
  writeFileSync(join(folder, 'program.ts'), program);
  const args = [
    '--no-warnings',
    '--experimental-strip-types',
    '-C',
    '@spiderfoot-webhooks/source',
    'program.ts',
  ];
  const { stdout } = await promisify(execFile)(process.execPath, args, { cwd: folder });
  const expected = ['sqlite', 'postgres', 'bullmq'].map(
    (engine) => `ConfigurationError store @spiderfoot-webhooks/${engine}\n`,
  );
  expect(stdout).toBe(expected.join(''));
});
