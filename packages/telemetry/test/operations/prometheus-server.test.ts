import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { openStore } from '@spiderfoot-webhooks/sqlite';
import { expect, it, onTestFinished, vi } from 'vitest';
import { z } from 'zod';
import { describeWithServer, requireProgram } from '../../../../test/support/servers/describe-with-server.ts';
import { freePort } from '../../../../test/support/servers/free-port.ts';
import { ServerProcess } from '../../../../test/support/servers/server-process.ts';
import { expandQuery, queryPanels, readDashboard } from '../support/dashboard.ts';
import { observed, send } from '../support/observed.ts';
import { operationsFile } from '../support/operations.ts';

const prometheus = { program: 'prometheus', install: 'prometheus' };

const answer = z.object({
  status: z.literal('success'),
  data: z.object({
    result: z.array(
      z.object({ metric: z.record(z.string(), z.string()), value: z.tuple([z.number(), z.string()]) }),
    ),
  }),
});

const ruleGroups = z.object({
  data: z.object({
    groups: z.array(
      z.object({ rules: z.array(z.object({ name: z.string(), lastError: z.string().optional() })) }),
    ),
  }),
});

/** Start a Prometheus that scrapes a URL, with the alert rules. @returns the URL of its API */
async function scraping(url: string): Promise<string> {
  const folder = mkdtempSync(join(tmpdir(), 'prometheus-'));
  const port = await freePort();
  const config = {
    global: { scrape_interval: '1s', evaluation_interval: '1s' },
    rule_files: [operationsFile('prometheus-alerts.yml')],
    scrape_configs: [{ job_name: 'receiver', static_configs: [{ targets: [new URL(url).host] }] }],
  };
  // JSON is YAML, too.
  writeFileSync(join(folder, 'prometheus.yml'), JSON.stringify(config));
  const server = new ServerProcess(requireProgram(prometheus), [
    `--config.file=${join(folder, 'prometheus.yml')}`,
    `--storage.tsdb.path=${join(folder, 'data')}`,
    `--web.listen-address=127.0.0.1:${port}`,
  ]);
  onTestFinished(async () => {
    await server.stop();
    rmSync(folder, { recursive: true });
  });
  await server.prints(/Server is ready to receive web requests/);
  return `http://127.0.0.1:${port}/api/v1`;
}

describeWithServer(prometheus, 'prometheus', () => {
  it('Prometheus scrapes a receiver, evaluates the alert rules and answers every query of the dashboard', async () => {
    const store = openStore(':memory:');
    const { receiver, metrics, url } = await observed({ queue: store }, { store });
    onTestFinished(async () => {
      await receiver.close();
      await store.close();
    });
    receiver.onAny(() => {}, { name: 'siem' });
    metrics.observeForwarder({ kind: 'ready', target: 'siem', host: 'siem.example.com', batches: true });
    const api = await scraping(url);
    const query = async (text: string) => {
      const response = await fetch(`${api}/query?${new URLSearchParams({ query: text })}`);
      return answer.parse(await response.json()).data.result;
    };
    const waited = { timeout: 60_000, interval: 500 };
    const accepted = 'spiderfoot_webhook_deliveries_total{type="scan_completed",outcome="accepted"}';
    await vi.waitFor(
      async () => expect(await query(accepted)).toMatchObject([{ value: [expect.any(Number), '0'] }]),
      waited,
    );
    await send(receiver);
    metrics.observeForwarder({ kind: 'send', target: 'siem', host: 'siem.example.com', result: 'sent' });
    metrics.observeForwarder({ kind: 'batch', target: 'siem', host: 'siem.example.com', size: 1 });
    await send(receiver, 'scan_completed', { secret: 'another' });
    await vi.waitFor(
      async () =>
        expect(await query(`increase(${accepted}[1m])`)).toMatchObject([
          { value: [expect.any(Number), expect.stringMatching(/^[1-9]/)] },
        ]),
      waited,
    );

    const queries = queryPanels(readDashboard()).flatMap(({ title, targets, fieldConfig }) =>
      targets.map(({ expr }) => ({
        title,
        query: expandQuery(expr, { rateInterval: 60, range: 3600 }),
        canBeEmpty: fieldConfig.defaults.noValue !== undefined,
      })),
    );
    expect(queries.length).toBeGreaterThan(15);
    await vi.waitFor(async () => {
      const results = await Promise.all(
        queries.map(async ({ query: text, ...panel }) => ({ ...panel, found: (await query(text)).length })),
      );
      expect(results.filter(({ found, canBeEmpty }) => found === 0 && !canBeEmpty)).toEqual([]);
    }, waited);

    await vi.waitFor(async () => {
      const { groups } = ruleGroups.parse(await (await fetch(`${api}/rules`)).json()).data;
      const rules = groups.flatMap((group) => group.rules);
      expect(rules.length).toBeGreaterThan(5);
      expect(rules.filter(({ lastError }) => lastError !== undefined)).toEqual([]);
    }, waited);
  });
});
