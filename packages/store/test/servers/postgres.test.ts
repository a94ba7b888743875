import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { createReceiver } from '@spiderfoot-webhooks/core';
import { signedDelivery } from '@spiderfoot-webhooks/core/testing';
import pg from 'pg';
import { afterAll, beforeAll, expect, it, onTestFinished } from 'vitest';
import { describeWithServer } from '../../../../test/support/servers/describe-with-server.ts';
import { type PostgresServer, postgres, startPostgres } from '../../../../test/support/servers/postgres.ts';
import { openStore, storeFromEnvironment } from '../../src/index.ts';

const password = 'let-me-in';
describeWithServer(postgres, 'a store in PostgreSQL', () => {
  let server: PostgresServer;
  beforeAll(async () => {
    server = await startPostgres();
    for (const statement of [
      `CREATE ROLE app LOGIN PASSWORD '${password}'`,
      'CREATE ROLE tls LOGIN',
      'CREATE ROLE elsewhere LOGIN',
      'CREATE ROLE reader LOGIN',
      "CREATE DATABASE latin ENCODING 'LATIN1' TEMPLATE template0",
    ]) {
      await query(statement);
    }
    const file = join(server.data, 'pg_hba.conf');
    const lines = [
      'hostssl all tls all trust',
      'host all elsewhere all reject',
      'host all app all scram-sha-256',
      'host all postgres,reader,stranger all trust',
    ];
    writeFileSync(file, lines.join('\n'));
    await query('SELECT pg_reload_conf()');
  });
  afterAll(() => server?.stop());

  async function query(text: string): Promise<void> {
    const client = new pg.Client({ connectionString: server.connectionString });
    await client.connect();
    await client.query(text);
    await client.end();
  }

  function locationOf(user: string, rest = '/postgres'): string {
    return `postgres://${user}@127.0.0.1:${server.port}${rest}`;
  }

  /** Open a store, wait for it, and return the error. */
  async function failureOf(location: string): Promise<unknown> {
    const store = await openStore(location);
    onTestFinished(() => store.close());
    return store.ready().then(
      () => undefined,
      (error: unknown) => error,
    );
  }

  it('keeps the deliveries of a receiver in the schema that the URL names', async () => {
    const location = locationOf('postgres', '/postgres?schema=chosen');
    const { options, store, close } = await storeFromEnvironment(
      {},
      { SPIDERFOOT_WEBHOOK_STORE: location, SPIDERFOOT_WEBHOOK_MODE: 'inline' },
    );
    onTestFinished(close);
    const receiver = createReceiver({ secret: password, ...options });
    onTestFinished(() => receiver.close());
    await receiver.receive(await signedDelivery('scan_completed', { secret: password }));
    expect((await store?.list())?.deliveries).toMatchObject([{ state: 'processed' }]);
    await query('SELECT FROM chosen.deliveries');
  });

  it.each([
    ['a wrong password', () => locationOf('app:wrong'), /rejects the password of the user "app"/],
    ['a missing password', () => locationOf('app'), /requires a password/],
    ['an unknown user', () => locationOf('stranger'), /"stranger"/],
    ['an unknown database', () => locationOf('postgres', '/nowhere'), /no database "nowhere"/],
    ['a user that may not connect', () => locationOf('elsewhere'), /"elsewhere".*pg_hba\.conf/],
    ['a user without permission', () => locationOf('reader'), /permission.*migrate --print/],
    ['a user that must use TLS', () => locationOf('tls'), /sslmode=verify-full/],
    [
      'TLS that the server lacks',
      () => locationOf('tls', '/postgres?sslmode=require'),
      /does not support TLS/,
    ],
    ['a database in another encoding', () => locationOf('postgres', '/latin'), /LATIN1/],
  ])('ready() names the host and the next step for %s', async (_, location, message) => {
    const error = await failureOf(location());
    expect(error).toMatchObject({ name: 'ConfigurationError', option: 'store' });
    expect(error).toHaveProperty('message', expect.stringContaining(`127.0.0.1:${server.port}`));
    expect(error).toHaveProperty('message', expect.stringMatching(message));
  });

  it('ready() rejects with StoreUnavailableError, without the password, if the server cannot be reached', async () => {
    for (const host of ['127.0.0.1:1', 'host.invalid:5432']) {
      const error = await failureOf(`postgres://app:${password}@${host}/postgres`);
      expect(error).toMatchObject({ name: 'StoreUnavailableError', server: host });
      expect(String(error)).not.toContain(password);
    }
  });

  it.each([
    ['schema=Bad', /parameter "schema"/],
    ['patience=20000', /parameter "patience"/],
    ['listen=perhaps', /parameter "listen"/],
    ['schema=a&schema=b', /parameter "schema" once/],
  ])('openStore rejects the parameter %s', async (parameter, message) => {
    const opening = openStore(locationOf('postgres', `/postgres?${parameter}`));
    await expect(opening).rejects.toMatchObject({
      option: 'store',
      message: expect.stringMatching(message),
    });
  });
});
