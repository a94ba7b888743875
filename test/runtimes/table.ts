import { type Counts, cellOf } from './counts.ts';
import { runtimes, type SuiteName, suiteNames } from './matrix.ts';

export interface Row {
  readonly name: string;
  readonly version: string;
  /** The counts of the suites that the runtime runs. */
  readonly counts: ReadonlyMap<SuiteName, Counts | undefined>;
}

/** Returns the table in Markdown, with the exceptions below it. */
export function tableOf(rows: readonly Row[], workerd: string, others: Counts): string {
  const cells = [
    ['runtime', 'version', ...suiteNames],
    ...rows.map(({ name, version, counts }) => [
      name,
      version,
      ...suiteNames.map((suite) => cellOf(counts.get(suite))),
    ]),
    ['workerd', workerd, ...suiteNames.map(() => '')],
  ];
  const widths =
    cells[0]?.map((_, column) => Math.max(...cells.map((row) => row[column]?.length ?? 0))) ?? [];
  const lines = cells.map(
    (row) => `| ${row.map((cell, column) => cell.padEnd(widths[column] ?? 0)).join(' | ')} |`,
  );
  lines.splice(1, 0, `| ${widths.map((width) => '-'.repeat(width)).join(' | ')} |`);
  const exceptions = runtimes.flatMap(({ name, exceptions }) =>
    exceptions.map(({ test, because }) => `- ${name}: "${test}", because ${because}.`),
  );
  return [
    ...lines,
    '',
    `Servers, the command and TypeScript on each runtime, workerd included: ${cellOf(others)}.`,
    '',
    'Tests that a runtime cannot run:',
    '',
    ...exceptions,
    '',
  ].join('\n');
}
