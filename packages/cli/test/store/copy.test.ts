import { randomBytes } from 'node:crypto';
import { join } from 'node:path';
import { openStore as openSqlite } from '@spiderfoot-webhooks/sqlite';
import { openStore } from '@spiderfoot-webhooks/store';
import { afterAll, beforeAll, expect, it, onTestFinished } from 'vitest';
import { describeWithServer } from '../../../../test/support/servers/describe-with-server.ts';
import { type PostgresServer, postgres, startPostgres } from '../../../../test/support/servers/postgres.ts';
import { temporaryFolder } from '../support/certificates.ts';
import { spiderfoot } from '../support/command.ts';
import { start, until } from '../support/listen-process.ts';
import { typicalDatabase } from '../support/test-database.ts';

describeWithServer(postgres, 'copy', () => {
  let server: PostgresServer;
  beforeAll(async () => {
    server = await startPostgres();
  });
  afterAll(() => server?.stop());

  function newTarget(): string {
    return `${server.connectionString}?schema=t${randomBytes(6).toString('hex')}`;
  }

  /** Create a delivery whose body is not UTF-8. */
  function delivery(n: number) {
    const body = Buffer.concat([Buffer.from([0xff, 0]), Buffer.from(`{"n":${n}}`)]);
    const event = {
      eventType: 'scan_completed',
      dialect: 'guide',
      scanId: undefined,
      target: `host-${n}`,
    } as const;
    const id = n.toString(16).padStart(32, '0');
    return {
      id,
      endpoint: 'default',
      receivedAt: new Date(1.7e12 + n * 1000),
      ip: '192.0.2.1',
      body,
      ...event,
    };
  }

  async function exported(location: string): Promise<readonly string[]> {
    const ended = await spiderfoot(['log', 'export', '--store', location]);
    expect(ended.stderr).toBe('');
    return ended.lines;
  }

  it('copy --json prints the numbers of deliveries', async () => {
    const from = await typicalDatabase();
    const to = newTarget();
    const json = async (...args: readonly string[]) => {
      const { code, lines, stderr } = await spiderfoot(['copy', from, to, '--json', ...args]);
      expect({ code, stderr, count: lines.length }).toEqual({ code: 0, stderr: '', count: 1 });
      return JSON.parse(lines[0] ?? '');
    };
    expect(await json('--dry-run')).toEqual({ dryRun: true, copied: 4, known: 0, skipped: 0 });
    expect(await json()).toEqual({ dryRun: false, copied: 4, known: 0, skipped: 0 });
    expect(await json()).toEqual({ dryRun: false, copied: 0, known: 4, skipped: 0 });
  });

  it('copies deliveries so that all commands that read print the same, and can be repeated', async () => {
    const from = await typicalDatabase();
    const to = newTarget();
    const dry = await spiderfoot(['copy', from, to, '--dry-run']);
    expect(dry).toMatchObject({ code: 0, lines: ['Would copy 4 deliveries.'] });
    expect((await spiderfoot(['log', '--store', to])).code).toBe(2);
    expect(await spiderfoot(['copy', from, to])).toMatchObject({ code: 0, lines: ['Copied 4 deliveries.'] });
    for (const line of [
      ...['log', 'log --json', 'log --limit 2', 'log --type high_risk_event', 'log --state failed --json'],
      ...['log --text needle --json', 'log --text example.org', 'log --target example.com', 'log --scan s1'],
      ...['log --since 6h', 'log --until 6h', 'log --endpoint default --json', 'log --type finding.*'],
      ...['log show 1', 'log show 2 --json', 'log show 3 --raw', 'log show 4', 'log show 5'],
      ...['log stats', 'log stats --json', 'log stats --by hour --json', 'log stats --since 6h'],
      ...['log export', 'log export --format csv', 'log export --state rejected'],
      ...['tail', 'tail -n 2 --json', 'replay --all --dry-run', 'prune --keep 1 --dry-run'],
      ...['log --endpoint nowhere', 'log --type nonsense', 'log --cursor nonsense', 'replay 99'],
    ]) {
      const [before, after] = [from, to].map((location) =>
        spiderfoot([...line.split(' '), '--store', location]),
      );
      expect(await after, line).toEqual(await before);
    }
    expect((await spiderfoot(['copy', from, to])).lines).toEqual([
      'Copied 0 deliveries. TO already has 4 of FROM.',
    ]);
    const stats = await spiderfoot(['log', 'stats', '--json', '--store', to]);
    expect(JSON.parse(stats.lines.join('')).rejections).toEqual([{ label: 'invalid_signature', count: 1 }]);
    expect((await spiderfoot(['replay', '2', '--store', to])).code).toBe(0);
    expect((await spiderfoot(['prune', '--keep', '1', '--store', to])).lines).toEqual([
      'Deleted 2 deliveries.',
    ]);
  }, 120_000);

  it('continues after it was killed, and loses and changes no delivery', async () => {
    const from = join(await temporaryFolder(), 'w.db');
    const source = openSqlite(from);
    const count = 20_000;
    const processed = { state: 'processed', attempt: 1, succeeded: ['siem', 'slack'] } as const;
    const recording = Array.from({ length: count }, (_, n) =>
      source.record({ ...delivery(n), ...processed }),
    );
    await Promise.all(recording);
    await source.close();

    const to = newTarget();
    const target = await openStore(to);
    onTestFinished(() => target.close());
    await target.ready();
    const copied = async () => (await target.counts({ by: [] }))[0]?.count ?? 0;
    const program = start(['copy', from, to]);
    await until(async () => (await copied()) > 0);
    program.kill();
    await program.end();
    const half = await copied();
    expect(half).toBeGreaterThan(0);
    expect(half).toBeLessThan(count);

    const ended = await spiderfoot(['copy', from, to]);
    expect(ended.lines).toEqual([`Copied ${count - half} deliveries. TO already has ${half} of FROM.`]);
    const [before, after] = [await exported(from), await exported(to)];
    expect(after.length).toBe(count);
    const withoutKeys = (lines: readonly string[]) =>
      lines.map((line) => line.replace(/^\{"key":"\d+",/, '{'));
    expect(withoutKeys(after)).toEqual(withoutKeys(before));
  }, 120_000);

  it('refuses to copy while a delivery is running, and copies it as queued with --include-running', async () => {
    const from = join(await temporaryFolder(), 'w.db');
    const source = openSqlite(from, { closeTimeout: 1 });
    onTestFinished(() => source.close());
    await source.enqueue(delivery(1));
    await source.enqueue(delivery(2));
    await new Promise<void>((resolve) => {
      let running = 0;
      source.start('default', () => {
        if (++running === 2) resolve();
        return new Promise(() => {});
      });
    });
    const to = newTarget();
    const refused = await spiderfoot(['copy', from, to]);
    expect(refused).toMatchObject({
      code: 1,
      lines: [],
      stderr: expect.stringContaining('--include-running'),
    });
    expect((await spiderfoot(['copy', from, to, '--include-running'])).code).toBe(0);
    const { lines } = await spiderfoot(['log', '--json', '--store', to]);
    expect(lines.map((line) => JSON.parse(line).state)).toEqual(['queued', 'queued']);
  });

  it('copies from PostgreSQL to PostgreSQL', async () => {
    const [first, second] = [newTarget(), newTarget()];
    await spiderfoot(['copy', await typicalDatabase(), first]);
    expect((await spiderfoot(['copy', first, second])).lines).toEqual(['Copied 4 deliveries.']);
    expect(await exported(second)).toEqual(await exported(first));
  });

  it('exits with 2, and names the argument, for a store that cannot be copied', async () => {
    const file = await typicalDatabase();
    const to = newTarget();
    for (const [args, message] of [
      [['missing.db', to], /^error: FROM .*missing\.db/],
      [[to, to], /FROM and TO/],
      [[file, 'other.db'], /^error: TO must/],
      [[file, 'mysql://127.0.0.1'], /^error: TO has/],
      [[file, to.replace('/postgres?', '/nowhere?')], /^error: TO .*"nowhere"/],
    ] as const) {
      const ended = await spiderfoot(['copy', ...args]);
      expect(ended).toMatchObject({ code: 2, lines: [], stderr: expect.stringMatching(message) });
    }
  });
});
