import { once } from 'node:events';
import { readFile } from 'node:fs/promises';
import { type AddressInfo, createServer } from 'node:net';
import { join } from 'node:path';
import { openQueue } from '@spiderfoot-webhooks/bullmq';
import { afterAll, beforeAll, describe, expect, it, onTestFinished } from 'vitest';
import { describeWithServer } from '../../../../test/support/servers/describe-with-server.ts';
import { type PostgresServer, postgres, startPostgres } from '../../../../test/support/servers/postgres.ts';
import { redis, startRedis } from '../../../../test/support/servers/redis.ts';
import { temporaryFolder } from '../support/certificates.ts';
import { output, secret, spiderfoot, withSecret } from '../support/command.ts';
import { listening, sendEvent, start } from '../support/listen-process.ts';
import { delayDeliveries } from '../support/test-database.ts';

const password = 'let-me-in';
describeWithServer(postgres, '--store postgres://…', () => {
  let server: PostgresServer;
  beforeAll(async () => {
    server = await startPostgres();
  });
  afterAll(() => server?.stop());

  it('hides the password from the banner and from the list of processes', async () => {
    const location = `postgres://postgres:${password}@127.0.0.1:${server.port}/postgres?schema=banner`;
    const { program, url } = await listening(['--store', location, '--verbose', '--queue']);
    await sendEvent(url);
    await program.says(/handled/);
    expect(program.stderr).toContain(`postgres:***@127.0.0.1:${server.port}`);
    expect(program.output).not.toContain(password);
    expect(await output('ps', ['-eo', 'args'])).not.toContain(password);
  });

  it('exits with 2 and names the next step if the schema does not exist', async () => {
    const location = `${server.connectionString}?schema=nowhere`;
    expect(await spiderfoot(['log', '--store', location])).toMatchObject({
      code: 2,
      lines: [],
      stderr: expect.stringMatching(/^error: --store \(parameter "schema"\) .*\n.*migrate/),
    });
  });

  it.each(['log', 'listen'])('%s exits with 2 and names the database that is missing', async (command) => {
    const location = `postgres://postgres:${password}@127.0.0.1:${server.port}/nowhere`;
    const ended = await withSecret([command, '--store', location]);
    expect(ended).toMatchObject({ code: 2, stderr: expect.stringMatching(/^error: .*"nowhere"/) });
    expect(ended.output).not.toContain(password);
  });
});

describe('a store on a server that cannot be used', () => {
  it.each(['log', 'tail', 'replay --all', 'prune --keep 1', 'log stats', 'log export', 'listen'])(
    '%s exits with 1, names the host and hides the password if the server refuses the connection',
    async (command) => {
      const env = {
        SPIDERFOOT_WEBHOOK_SECRET: secret,
        SPIDERFOOT_WEBHOOK_STORE: `postgres://app:${password}@127.0.0.1:1/postgres`,
      };
      const ended = await spiderfoot(command.split(' '), { env });
      expect(ended).toMatchObject({
        code: 1,
        lines: [],
        stderr: expect.stringMatching(/^error: .*127\.0\.0\.1:1/),
      });
      expect(ended.output).not.toContain(password);
      expect(ended.stderr).not.toContain('    at ');
    },
  );

  it.each(['log', 'listen'])('%s ends at once on Ctrl-C while it waits for the server', async (command) => {
    const silent = createServer().listen(0, '127.0.0.1');
    onTestFinished(() => void silent.close());
    await once(silent, 'listening');
    const { port } = silent.address() as AddressInfo;
    const location = `postgres://127.0.0.1:${port}/postgres`;
    const program = start([command, '--store', location], { env: { SPIDERFOOT_WEBHOOK_SECRET: secret } });
    const [socket] = await once(silent, 'connection');
    onTestFinished(() => socket.destroy());
    program.signal('SIGINT');
    // If it waited, it would exit with 1 after the patience of the store.
    expect(await program.end()).toEqual({ code: null, signal: 'SIGINT' });
  });
});

describeWithServer(redis, '--store redis://…', () => {
  it('lists, shows, replays and prunes settled deliveries, and explains what Redis lacks', async () => {
    const server = await startRedis();
    onTestFinished(() => server.stop());
    const env = { SPIDERFOOT_WEBHOOK_SECRET: secret, SPIDERFOOT_WEBHOOK_STORE: server.url };
    const run = (line: string) => spiderfoot(line.split(' '), { env });
    const { url, program, stop } = await listening(['--queue'], { env });
    await sendEvent(url);
    await program.says(/handled/);
    expect(await stop()).toBe(0);
    const { key } = JSON.parse((await run('log --json')).lines[0] ?? '{}');
    expect(await run('log --type scan_completed')).toMatchObject({
      code: 0,
      output: expect.stringContaining(key),
    });
    expect(await run(`log show ${key}`)).toMatchObject({ code: 0 });
    for (const line of ['log stats', 'log export', 'log --text example', 'log --state queued']) {
      const ended = await run(line);
      expect(ended).toMatchObject({
        code: 1,
        lines: [],
        stderr: expect.stringMatching(/^error: This store does not support "/),
      });
      expect(ended.stderr).not.toContain('    at ');
    }
    expect(await run(`replay ${key}`)).toMatchObject({ code: 0 });
    const second = await listening(['--queue'], { env });
    await second.program.says(/handled/);
    await second.stop();
    expect(await run('prune --keep 0')).toMatchObject({ code: 0, lines: ['Deleted 1 delivery.'] });
    const queue = openQueue(server.url);
    onTestFinished(() => queue.close());
    await delayDeliveries(queue, 'scan_failed', 'scan_failed', 'scan_completed');
    expect(await run('replay --state queued --dry-run')).toMatchObject({ code: 1 });
    expect(await run('replay --state queued --type scan_failed')).toMatchObject({
      code: 0,
      lines: ['Replayed 2 deliveries.'],
    });
  });

  it('listen explains that a queue in Redis needs --queue', async () => {
    const server = await startRedis();
    onTestFinished(() => server.stop());
    const ended = await withSecret(['listen', '--port', '0', '--store', server.url]);
    expect(ended).toMatchObject({ code: 2, stderr: expect.stringContaining('--queue') });
  });
});

it('init --store writes the password only to .env, and depends on the package of the engine', async () => {
  for (const [location, engine, mode] of [
    [`postgres://app:${password}@db.example.com/webhooks`, 'postgres', 'inline'],
    [`redis://:${password}@cache.example.com`, 'bullmq', 'queued'],
  ] as const) {
    const cwd = await temporaryFolder();
    expect((await spiderfoot(['init', 'koa', '--store', location], { cwd })).code).toBe(0);
    const environment = await readFile(join(cwd, '.env'), 'utf8');
    expect(environment).toContain(`SPIDERFOOT_WEBHOOK_STORE=${location}\n`);
    expect(environment).toContain(`SPIDERFOOT_WEBHOOK_MODE=${mode}\n`);
    expect(await readFile(join(cwd, '.env.example'), 'utf8')).not.toContain(password);
    const { dependencies } = JSON.parse(await readFile(join(cwd, 'package.json'), 'utf8'));
    expect(dependencies).toHaveProperty([`@spiderfoot-webhooks/${engine}`]);
    expect(dependencies).not.toHaveProperty(['@spiderfoot-webhooks/sqlite']);
  }
});
