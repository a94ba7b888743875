import { cell, number, quartiles, ratio, table } from '../report/tables.ts';
import type { StoreHttpResult } from './store-http.ts';
import type { StoreRowsResult } from './store-rows.ts';

const httpIntro = `## SQLite, over HTTP

The same load on plain Node, without a store, with a log and with a queue. The log commits twice for each delivery: before
and after the handlers. The queue commits once before the 202. Its other commits run in the background, and these figures
include them. The stores use WAL with \`synchronous = FULL\`. "The guide's" is the Flask receiver of SpiderFoot's webhook
guide, with its \`WebhookLogger\` and two workers.

"CPU" is the CPU time of the receiver's process to receive, store, handle and settle one delivery. Its ratio has the quartiles
in parentheses. The search index is updated later, so its time is not included.`;

const rowsIntro = `## SQLite, rows

Rows per second that one process writes durably, for different numbers of concurrent writes. "Rows per
sync" compares this rate with the number of syncs per second that the disk can do.`;

const sizesIntro = `The time to insert a row (64 concurrent writes) and to list a page of 50 rows, in files of different sizes. The last column
is the memory of the process, including the bodies of the benchmark.`;

export function storeHttpParts(results: readonly StoreHttpResult[]): string[] {
  const rows = results.map(
    ({ name, connections, requestsPerSecond, overNone, cpu, cpuOverNone, p50, p99 }) => [
      String(connections),
      name,
      number(requestsPerSecond.median),
      ratio(overNone),
      cpu === undefined ? '' : number(cpu.median),
      cpuOverNone === undefined ? '' : quartiles(cpuOverNone),
      p50.toFixed(2),
      p99.toFixed(2),
    ],
  );
  const head = [
    'connections',
    '',
    'requests/s',
    '× without a store',
    'CPU µs',
    '× its CPU',
    'p50 ms',
    'p99 ms',
  ];
  return [httpIntro, table(head, rows)];
}

export function storeRowsParts({ syncsPerSecond, commits, sizes }: StoreRowsResult): string[] {
  const commitLines = commits.map(({ together, rowsPerSecond, perSync }) => [
    String(together),
    cell(rowsPerSecond),
    perSync.toFixed(1),
  ]);
  return [
    rowsIntro,
    `The disk does ${number(syncsPerSecond)} syncs per second.`,
    table(['concurrent writes', 'rows/s', 'rows per sync'], commitLines),
    sizesIntro,
    table(
      ['rows', 'insert µs', ...Object.keys(sizes[0]?.lists ?? {}).map((name) => `${name} ms`), 'memory MiB'],
      sizes.map(({ rows: count, insert, lists, memory }) => [
        String(count),
        cell(insert),
        ...Object.values(lists).map((time) => time.toFixed(2)),
        memory.toFixed(0),
      ]),
    ),
  ];
}
