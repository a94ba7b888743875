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
