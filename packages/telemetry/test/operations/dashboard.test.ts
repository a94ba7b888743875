import { expect, it } from 'vitest';
import { metricTable } from '../../src/metrics/table.ts';
import { queryPanels, readDashboard } from '../support/dashboard.ts';
import { readOperations } from '../support/operations.ts';

// Its schema has only fields and values that Grafana knows. Any other field is an error.
const dashboard = readDashboard();
const panels = queryPanels(dashboard);
const queries = panels.flatMap(({ title, targets }) => targets.map(({ expr }) => ({ title, expr })));

it('each panel of the dashboard has its own id and place in a grid of 24 columns', () => {
  const ids = dashboard.panels.map(({ id }) => id);
  expect(new Set(ids).size).toBe(ids.length);
  const cells = dashboard.panels.flatMap(({ gridPos: { x, y, w, h } }) =>
    Array.from({ length: w * h }, (_, cell) => ({ x: x + (cell % w), y: y + Math.floor(cell / w) })),
  );
  expect(cells.filter(({ x }) => x >= 24)).toEqual([]);
  expect(new Set(cells.map(({ x, y }) => `${x},${y}`)).size).toBe(cells.length);
  const height = Math.max(...cells.map(({ y }) => y)) + 1;
  expect(cells.length).toBe(24 * height);
});

it('the queries of a panel of the dashboard have different names', () => {
  for (const { targets } of panels) {
    expect(new Set(targets.map(({ refId }) => refId)).size).toBe(targets.length);
    expect(new Set(targets.map(({ legendFormat }) => legendFormat)).size).toBe(targets.length);
  }
});

it('the dashboard uses only variables that it defines or that Grafana has', () => {
  const defined = dashboard.templating.list.map(({ name }) => name);
  const used = new Set([...JSON.stringify(dashboard).matchAll(/\$\{?(\w+)/g)].map(([, name]) => name));
  expect(used).toEqual(new Set([...defined, '__all', '__rate_interval', '__range']));
});

it('each query of the dashboard selects the instances, and the endpoints if the metric has them', () => {
  const withEndpoint = Object.values(metricTable)
    .filter(({ labels }) => labels.some((label) => label === 'endpoint'))
    .map(({ name }) => name.replaceAll('.', '_'));
  for (const { title, expr } of queries) {
    const selectors = [...expr.matchAll(/(?:spiderfoot_webhook_(\w+)|ALERTS)\{([^}]*)\}/g)];
    expect(selectors.length, title).toBeGreaterThan(0);
    for (const [, name = '', labels] of selectors) {
      expect(labels, title).toContain('instance=~"$instance');
      if (withEndpoint.some((known) => name.startsWith(known)))
        expect(labels, title).toContain('endpoint=~"$endpoint');
    }
  }
});

it('each rate of the dashboard uses the interval that Grafana derives from the scrape interval', () => {
  for (const { title, expr } of queries) {
    for (const [, range] of expr.matchAll(/rate\([^[]*\[([^\]]*)\]/g))
      expect(range, title).toBe('$__rate_interval');
  }
});

it('each colored number of the dashboard has thresholds, because the default of Grafana is red from 80', () => {
  const colored = panels.filter(({ fieldConfig }) => fieldConfig.defaults.color.mode === 'thresholds');
  expect(colored.length).toBeGreaterThan(4);
  expect(colored.filter(({ fieldConfig }) => fieldConfig.defaults.thresholds === undefined)).toEqual([]);
});

it('each line of a threshold in the dashboard is at the threshold of the alert that its panel names', () => {
  const lines = panels.filter(
    ({ fieldConfig }) => fieldConfig.defaults.custom?.thresholdsStyle !== undefined,
  );
  expect(lines.length).toBeGreaterThan(1);
  for (const { description, fieldConfig } of lines) {
    const alert = /SpiderFoot\w+/.exec(description)?.[0];
    const rule = readOperations('prometheus-alerts.yml')
      .split('- alert: ')
      .find((text) => text.startsWith(`${alert}\n`));
    const [, threshold] = / > ([\d.]+)\n/.exec(rule ?? '') ?? [];
    expect(fieldConfig.defaults.thresholds?.steps.slice(1).map(({ value }) => value)).toEqual([
      Number(threshold),
    ]);
  }
});

it('each alert that a panel of the dashboard names exists', () => {
  const named = JSON.stringify(dashboard).match(/SpiderFoot[A-Z]\w+/g) ?? [];
  const rules = readOperations('prometheus-alerts.yml');
  expect(named.length).toBeGreaterThan(2);
  expect(named.filter((name) => !rules.includes(`- alert: ${name}\n`))).toEqual([]);
});
