import { cell, number, quartiles, table } from '../report/tables.ts';
import type { EngineHttpFigures, EngineRatio } from './engine-http.ts';
import type { EngineRowsResult } from './engine-rows.ts';
import type { EngineWorkersResult } from './engine-workers.ts';

const httpIntro = `## Stores for several machines, over HTTP

Deliveries of 0.5 KB that are acknowledged per second, on plain Node. Each receiver has a database of its own. All databases
are on the same disk and sync each commit, except Redis in "everysec", which syncs once a second (\`appendfsync everysec\`, in
place of \`always\`).

"Receives only" means that another process would handle the deliveries. The other receivers also handle and settle them in
the same process, during the measurement. "By hand" is a receiver that a user writes: it verifies an HMAC, calls \`JSON.parse\`,
and stores the event before the 202, with one \`boss.send\` of pg-boss or one \`queue.add\` of BullMQ for each request. It
recognizes no duplicates.

"CPU" is the CPU time for one delivery, until it is settled: of the receiver's process, and of all processes of PostgreSQL
or Redis.`;

const ratiosIntro = `The same rounds as ratios, with the quartiles in parentheses. "At full CPU" is the ratio of the CPU times of receiver and
engine together: the ratio of rates when the CPU is the limit, and not the disk.`;

const workersIntro = `## Workers

Deliveries that worker processes handle per second from a full queue, with the default concurrency of 16 for each process.
The load generator is idle. "Handler" is the time that a handler waits. A process with handlers of 20 ms can handle at most
800 per second, and two should handle at least 1.8 times as many as one. The first and the last tenth of the deliveries are
not counted. The CPU time is for reading, handling and settling a delivery, not for storing it. For PostgreSQL, it includes
the index of words for search, because the store fills it while no delivery arrives.`;

const rowsIntro = `## PostgreSQL, rows

The time to insert a row (64 concurrent writes) and to list a page of 50 rows, in tables of different sizes. The last column
is the memory of the process that writes.`;

export function engineHttpParts(http: EngineHttpFigures): string[] {
  const rows = http.results.map(
    ({ name, connections, acknowledgedPerSecond, p50, p99, receiverCpu, engineCpu }) => [
      String(connections),
      name,
      cell(acknowledgedPerSecond),
      p50.toFixed(2),
      p99.toFixed(2),
      number(receiverCpu.median),
      engineCpu.median === 0 ? '' : number(engineCpu.median),
    ],
  );
  const head = ['connections', '', 'acknowledged/s', 'p50 ms', 'p99 ms', 'receiver CPU µs', 'engine CPU µs'];
  const ratios = http.ratios.map(({ name, against, connections, rate, atFullCpu, target }) => [
    String(connections),
    name,
    against,
    quartiles(rate),
    quartiles(atFullCpu),
    targetCell(rate, target),
  ]);
  const ratioHead = ['connections', '', 'against', '× its rate', '× its rate at full CPU', 'target'];
  return [httpIntro, table(head, rows), ratiosIntro, table(ratioHead, ratios)];
}

function targetCell(rate: EngineRatio['rate'], target: number | undefined): string {
  if (target === undefined) return '';
  return `${target}: ${rate.median >= target ? 'reached' : 'missed'}`;
}

export function engineWorkersParts(workers: readonly EngineWorkersResult[]): string[] {
  const rows = workers.map((result) => [
    `${result.duration} ms`,
    result.name,
    String(result.workers),
    cell(result.handledPerSecond),
    result.workers === 1 ? '' : quartiles(result.overOne),
    number(result.workerCpu.median),
    result.engineCpu.median === 0 ? '' : number(result.engineCpu.median),
  ]);
  const head = ['handler', '', 'workers', 'handled/s', '× one worker', 'worker CPU µs', 'engine CPU µs'];
  return [workersIntro, table(head, rows)];
}

export function engineRowsParts({ sizes, bytesPerRow }: EngineRowsResult): string[] {
  const gigabytes = (bytesPerRow * 10_000_000) / 1e9;
  const isLargest = sizes.some((size) => size.rows >= 10_000_000);
  const note = `A row with its indexes and its words takes ${number(bytesPerRow)} bytes on the disk. ${isLargest ? '' : `10,000,000 rows would take ${number(gigabytes)} GB, so they are measured only on request (\`--rows 10000000\`).`}`;
  return [
    rowsIntro,
    table(
      ['rows', 'insert µs', ...Object.keys(sizes[0]?.lists ?? {}).map((name) => `${name} ms`), 'memory MiB'],
      sizes.map(({ rows: count, insert, lists, memory }) => [
        String(count),
        cell(insert),
        ...Object.values(lists).map((time) => time.toFixed(2)),
        memory.toFixed(0),
      ]),
    ),
    note.trim(),
  ];
}
