import { readFileSync } from 'node:fs';
import { createReceiver } from '@spiderfoot-webhooks/core';
import type { StoreHealth } from '@spiderfoot-webhooks/core/stores';
import { expect, it } from 'vitest';
import { metricTable } from '../../src/metrics/table.ts';
import { createPrometheusMetrics } from '../../src/prometheus/index.ts';
import { secret } from '../support/observed.ts';
import { readOperations } from '../support/operations.ts';

const idle: StoreHealth = { ready: true, waiting: 0, running: 0, delayed: 0, dead: 0, oldest: undefined };

/** Return the types of all metrics by their names in Prometheus. */
async function allMetrics(): Promise<ReadonlyMap<string, string>> {
  const metrics = createPrometheusMetrics({ store: { health: async () => idle, onCommit() {} } });
  metrics.observe(createReceiver({ secret }));
  metrics.observeForwarder({ kind: 'ready', target: 'siem', host: 'siem.example.com', batches: true });
  const types = (await metrics.text()).matchAll(/^# TYPE (\S+) (\S+)$/gm);
  return new Map([...types].map(([, name = '', type = '']) => [name, type]));
}

it.each(['prometheus-alerts.yml', 'prometheus-alerts.test.yml', 'grafana-dashboard.json'])(
  '%s uses only metrics that exist',
  async (file) => {
    const types = await allMetrics();
    const known = [...types].flatMap(([name, type]) =>
      type === 'histogram' ? [`${name}_bucket`, `${name}_sum`, `${name}_count`] : [name],
    );
    const used = [...new Set(readOperations(file).match(/spiderfoot_webhook_\w+/g))];
    expect(used.length).toBeGreaterThan(5);
    expect(used.filter((name) => !known.includes(name))).toEqual([]);
  },
);

it('documents every metric, and no other', async () => {
  const types = await allMetrics();
  expect(types.size).toBe(Object.keys(metricTable).length);
  const page = readFileSync(new URL('../../../../docs/telemetry.md', import.meta.url), 'utf8');
  const table = /\| Metric .*?\n\n/s.exec(page)?.[0] ?? '';
  const documented = [...table.matchAll(/^\| `(\w+)`/gm)].map(([, name]) => `spiderfoot_webhook_${name}`);
  expect(documented.sort()).toEqual([...types.keys()].sort());
});
