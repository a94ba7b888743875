import { number, quartiles, ratio, table } from '../report/tables.ts';
import type { StoreHttpResult } from './store-http.ts';
import type { StoreRowsResult } from './store-rows.ts';

const httpIntro = `## SQLite, over HTTP

The same load on plain Node: without a store, with the log (two commits per delivery, before and after the handlers), and
with the queue (one commit before the 202; the other commits run in the background, and these figures include them). All
use WAL with \`synchronous = FULL\`. "CPU" is the CPU time of the receiver's process per delivery that is received, stored,
handled and settled, with the quartiles of its ratio. The search index is updated later, and is not included. "The guide's" is
the guide's Flask receiver with its \`WebhookLogger\` and two workers.`;

const rowsIntro = `## SQLite, rows

Rows per second that one process writes durably, by the number of concurrent writes, and the ratio of rows to the disk's
syncs.`;

const sizesIntro = `The time to insert a row (64 concurrent writes) and to list a page of 50 rows, in files of different sizes. The memory is that
of the process, including the bodies of the benchmark.`;

export function storeParts(http: readonly StoreHttpResult[], rows: StoreRowsResult | undefined): string[] {
  const parts: string[] = [];
  if (http.length > 0) {
    const lines = http.map(
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
    parts.push(
      httpIntro,
      table(
        ['connections', '', 'requests/s', '× without a store', 'CPU µs', '× its CPU', 'p50 ms', 'p99 ms'],
        lines,
      ),
    );
  }
  if (rows === undefined) return parts;
  const { syncsPerSecond, commits, sizes } = rows;
  const commitLines = commits.map(({ together, rowsPerSecond, perSync }) => [
    String(together),
    `${number(rowsPerSecond.median)} (${number(rowsPerSecond.min)} to ${number(rowsPerSecond.max)})`,
    perSync.toFixed(1),
  ]);
  parts.push(
    rowsIntro,
    `The disk does ${number(syncsPerSecond)} syncs per second.`,
    table(['side by side', 'rows/s', 'rows per sync'], commitLines),
    sizesIntro,
    table(
      ['rows', 'insert µs', ...Object.keys(sizes[0]?.lists ?? {}).map((name) => `${name} ms`), 'memory MiB'],
      sizes.map(({ rows: count, insert, lists, memory }) => [
        String(count),
        `${number(insert.median)} (${number(insert.min)} to ${number(insert.max)})`,
        ...Object.values(lists).map((time) => time.toFixed(2)),
        memory.toFixed(0),
      ]),
    ),
  );
  return parts;
}
