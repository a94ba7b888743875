import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import pg from 'pg';
import { afterAll, beforeAll, expect, it } from 'vitest';
import {
  describeWithServer,
  type RequiredServer,
  requireProgram,
} from '../support/servers/describe-with-server.ts';
import { freePort } from '../support/servers/free-port.ts';
import { type PostgresServer, postgres, startPostgres } from '../support/servers/postgres.ts';
import { type Listening, secret, serveExample } from './support/examples.ts';
import { startNginx } from './support/nginx.ts';
import { stopPrograms } from './support/program.ts';
import { type Job, sendFromPython } from './support/sender.ts';

const nginx: RequiredServer = { program: 'nginx', folders: ['/usr/sbin'], install: 'nginx' };

describeWithServer(nginx, 'nginx', () => {
  describeWithServer(postgres, 'with PostgreSQL', () => {
    let folder: string;
    let database: PostgresServer;
    let ports: readonly [number, number];

    beforeAll(async () => {
      folder = await mkdtemp(join(tmpdir(), 'spiderfoot-several-machines-'));
      database = await startPostgres();
      ports = [await freePort(), await freePort()];
    });
    afterAll(async () => {
      stopPrograms();
      await database.stop();
      await rm(folder, { recursive: true, force: true });
    });

    /** Start a receiver of the example, with the variables of the compose file. */
    function startReceiver(port: number): Promise<Listening> {
      return serveExample('express', {
        PORT: String(port),
        SPIDERFOOT_WEBHOOK_STORE: database.connectionString,
        SPIDERFOOT_WEBHOOK_MODE: 'queued',
        SPIDERFOOT_TRUSTED_PROXIES: '127.0.0.1',
      });
    }

    /** Start nginx in front of both receivers. @returns the URL of the webhook */
    async function startProxy(): Promise<string> {
      const upstreams = { 'webhooks-1:3000': ports[0], 'webhooks-2:3000': ports[1] };
      const configuration = 'examples/several-machines/nginx.conf';
      return `http://127.0.0.1:${await startNginx(requireProgram(nginx), configuration, upstreams, folder)}/webhook`;
    }

    function jobOf(url: string, scan: string): Job {
      const data = { scan_id: scan, target: 'example.com' };
      return { url, secret, dialect: 'guide', event_type: 'scan_completed', data };
    }

    /** Return the scans of all deliveries in the database, by their state. */
    async function scans(): Promise<readonly { readonly scan_id: string; readonly state: string }[]> {
      const client = new pg.Client(database.connectionString);
      await client.connect();
      try {
        return (await client.query('SELECT scan_id, state FROM spiderfoot.deliveries')).rows;
      } finally {
        await client.end();
      }
    }

    it('answers every webhook with 2xx while one receiver is killed and the other is stopped, and stores each once', async () => {
      let [first, second] = [await startReceiver(ports[0]), await startReceiver(ports[1])];
      const url = await startProxy();
      let isOver = false;
      const sent: string[] = [];
      const answers: number[] = [];

      async function keepSending(sender: number): Promise<void> {
        for (let batch = 0; !isOver; batch++) {
          const names = Array.from({ length: 20 }, (_, n) => `scan-${sender}-${batch}-${n}`);
          sent.push(...names);
          const responses = await sendFromPython(...names.map((name) => jobOf(url, name)));
          answers.push(...responses.map(({ status }) => status));
        }
      }
      const sending = Promise.all([1, 2, 3].map(keepSending));
      const acknowledges = async (count: number) => {
        const before = answers.length;
        while (answers.length < before + count) await new Promise((resolve) => setTimeout(resolve, 20));
      };

      await acknowledges(40);
      first.program.kill();
      await acknowledges(40);
      first = await startReceiver(ports[0]);
      await acknowledges(40);
      second.program.signal('SIGTERM');
      expect(await second.program.end()).toEqual({ code: 0, signal: null });
      await acknowledges(40);
      second = await startReceiver(ports[1]);
      await acknowledges(40);
      isOver = true;
      await sending;

      expect(answers.filter((status) => status !== 202 && status !== 200)).toEqual([]);
      expect((await scans()).map(({ scan_id }) => scan_id).sort()).toEqual(sent.sort());
      console.log(`Several machines: ${answers.length} acknowledged, 0 lost`);
      for (const { program } of [first, second]) program.signal('SIGTERM');
    }, 120_000);

    it('recognizes a delivery that another receiver has stored as a duplicate', async () => {
      const receivers = [await startReceiver(ports[0]), await startReceiver(ports[1])];
      const timestamp = new Date().toISOString();
      const jobs = receivers.map(({ url }) => ({ ...jobOf(url, 'sent-to-both'), timestamp }));
      const answers = await sendFromPython(...jobs);
      expect(answers.map(({ status, body }) => [status, JSON.parse(body).status])).toEqual([
        [202, 'accepted'],
        [200, 'duplicate'],
      ]);
      for (const { program } of receivers) program.signal('SIGTERM');
    });
  });
});
