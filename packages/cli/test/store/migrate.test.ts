import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { describeWithServer } from '../../../../test/support/servers/describe-with-server.ts';
import { type PostgresServer, postgres, startPostgres } from '../../../../test/support/servers/postgres.ts';
import { temporaryFolder } from '../support/certificates.ts';
import { output, spiderfoot } from '../support/command.ts';
import { typicalDatabase } from '../support/test-database.ts';

describeWithServer(postgres, 'migrate', () => {
  let server: PostgresServer;
  beforeAll(async () => {
    server = await startPostgres();
  });
  afterAll(() => server?.stop());

  const migrate = (schema: string, ...args: readonly string[]) =>
    spiderfoot(['migrate', '--store', `${server.connectionString}?schema=${schema}`, ...args]);

  const log = (schema: string) =>
    spiderfoot(['log', '--store', `${server.connectionString}?schema=${schema}`]);

  it('creates the tables once', async () => {
    expect((await log('applied')).code).toBe(2);
    expect(await migrate('applied')).toMatchObject({
      code: 0,
      lines: [expect.stringContaining('"applied"')],
    });
    expect(await log('applied')).toMatchObject({ code: 0, stderr: 'No deliveries.\n' });
    expect(await migrate('applied')).toMatchObject({ code: 0, lines: [] });
  });

  it('migrate --json prints the versions of the schema, and the SQL with --print', async () => {
    const json = async (...args: readonly string[]) => {
      const { code, lines, stderr } = await migrate('json', '--json', ...args);
      expect({ code, stderr, count: lines.length }).toEqual({ code: 0, stderr: '', count: 1 });
      return JSON.parse(lines[0] ?? '');
    };
    const pending = await json('--print');
    const common = { engine: 'postgres', schema: 'json', newest: expect.any(Number) };
    const sql = expect.stringContaining('CREATE TABLE');
    expect(pending).toEqual({ ...common, version: 0, upToDate: false, migrated: false, sql });
    const { newest } = pending;
    expect(await json()).toEqual({ ...common, version: newest, upToDate: true, migrated: true });
    expect(await json()).toEqual({ ...common, version: newest, upToDate: true, migrated: false });
    expect(await json('--print')).toMatchObject({ upToDate: true, sql: '' });
  });

  it('prints SQL that psql can apply with --print, and changes nothing', async () => {
    const printed = await migrate('printed', '--print');
    expect(printed).toMatchObject({ code: 0, stderr: '' });
    expect((await log('printed')).code).toBe(2);
    const psql = ['-v', 'ON_ERROR_STOP=1', '-q', server.connectionString];
    await output('psql', psql, { input: printed.lines.join('\n') });
    expect(await log('printed')).toMatchObject({ code: 0, stderr: 'No deliveries.\n' });
    expect(await migrate('printed', '--print')).toMatchObject({ code: 0, lines: [] });
  });
});

describe('migrate without PostgreSQL', () => {
  it('updates a SQLite file, but does not create one', async () => {
    expect(await spiderfoot(['migrate', '--store', await typicalDatabase()])).toMatchObject({ code: 0 });
    const file = join(await temporaryFolder(), 'missing.db');
    expect(await spiderfoot(['migrate', '--store', file])).toMatchObject({ code: 2, lines: [] });
  });

  it.each([['redis://127.0.0.1:1'], ['webhooks.db', '--print']])(
    'exits with 2 for --store %s %s',
    async (...args) => {
      const ended = await spiderfoot(['migrate', '--store', ...args]);
      expect(ended).toMatchObject({ code: 2, lines: [], stderr: expect.stringMatching(/^error: /) });
    },
  );
});
