import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { z } from 'zod';

const folder = new URL('../../../../docs/operations/', import.meta.url);

/** Return the path of a file in docs/operations. */
export function operationsFile(name: string): string {
  return fileURLToPath(new URL(name, folder));
}

export function readOperations(name: string): string {
  return readFileSync(new URL(name, folder), 'utf8');
}

const dashboard = z.object({
  panels: z.array(z.object({ title: z.string(), targets: z.array(z.object({ expr: z.string() })) })),
  templating: z.object({
    list: z.array(z.object({ name: z.string(), query: z.unknown() })),
  }),
});

/** The queries of the dashboard, as Grafana sends them if all instances and endpoints are selected. */
export function dashboardQueries(): { readonly title: string; readonly query: string }[] {
  const { panels } = dashboard.parse(JSON.parse(readOperations('grafana-dashboard.json')));
  return panels.flatMap(({ title, targets }) =>
    targets.map(({ expr }) => ({
      title,
      query: expr.replaceAll('$__rate_interval', '1m').replaceAll(/\$(?:instance|endpoint)/g, '.*'),
    })),
  );
}
