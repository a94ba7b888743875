import { table } from '../report/tables.ts';
import type { InspectorResult } from './inspector.ts';

const intro = `## Inspector

The time until a page of the inspector is complete, over HTTP on one machine: the query, the rendering and the transfer. Each
list has 50 rows. The goal is a median of at most 100 ms.`;

export function inspectorParts(results: readonly InspectorResult[]): string[] {
  const rows = results.flatMap(({ store, rows: count, pages }) =>
    pages.map(({ page, median, p95 }) => [store, String(count), page, median.toFixed(1), p95.toFixed(1)]),
  );
  return [intro, table(['store', 'rows', 'page', 'median ms', 'p95 ms'], rows)];
}
