import { table } from '../report/tables.ts';
import type { InspectorResult } from './inspector.ts';

const intro = `## Inspector

The time until a page of the inspector is complete, over HTTP on one machine: the query, the rendering and the transfer. Each
list has 50 rows. The goal for a list is a median of at most 100 ms. "Blocked" is the longest CPU time for which the process
responds to no other request. Overviews that are "kept" are read again after a few seconds, so some of their rounds include a read.
In PostgreSQL, each search checks the words of the last minute again. Here, these are the words of hundreds of thousands of
deliveries, because the store has just been filled.`;

const liveIntro = `### Inspector, live

A receiver with a queue acknowledges and handles 500 deliveries per second while 32 pages with different filters are open. The
inspector allows no more than 32. "CPU" is the CPU time of the process per second. "Complete" is the number of pages that
received all of their new deliveries, in their current state.`;

export function inspectorParts(results: readonly InspectorResult[]): string[] {
  const rows = results.flatMap(({ store, rows: count, pages }) =>
    pages.map(({ page, time: { median, lower, upper }, blocked }) => {
      const quartiles = `${lower.toFixed(1)} to ${upper.toFixed(1)}`;
      return [store, String(count), page, median.toFixed(1), quartiles, blocked.toFixed(1)];
    }),
  );
  const live = results.flatMap(({ store, rows: count, live: measured }) =>
    measured.map(({ viewers, p50, p99, cpu, blocked, complete }) => [
      ...[store, String(count), String(viewers), p50.toFixed(1), p99.toFixed(1), cpu.toFixed(0)],
      ...[blocked.toFixed(1), viewers === 0 ? '' : `${complete} of ${viewers}`],
    ]),
  );
  const liveHead = ['store', 'rows', 'viewers', 'p50 ms', 'p99 ms', 'CPU ms/s', 'blocked ms', 'complete'];
  return [
    intro,
    table(['store', 'rows', 'page', 'median ms', 'quartiles', 'blocked ms'], rows),
    liveIntro,
    table(liveHead, live),
  ];
}
