import { table } from '../report/tables.ts';
import type { InspectorResult } from './inspector.ts';

const intro = `## Inspector

The time until a page of the inspector is complete, over HTTP on one machine: the query, the rendering and the transfer. Each
list has 50 rows. The goal for a list is a median of at most 100 ms. "Blocked" is the longest CPU time for which the process
answers no other request. Overviews that are "kept" are read again after a few seconds, so some of their rounds include a read.`;

export function inspectorParts(results: readonly InspectorResult[]): string[] {
  const rows = results.flatMap(({ store, rows: count, pages }) =>
    pages.map(({ page, time: { median, lower, upper }, blocked }) => {
      const quartiles = `${lower.toFixed(1)} to ${upper.toFixed(1)}`;
      return [store, String(count), page, median.toFixed(1), quartiles, blocked.toFixed(1)];
    }),
  );
  return [intro, table(['store', 'rows', 'page', 'median ms', 'quartiles', 'blocked ms'], rows)];
}
