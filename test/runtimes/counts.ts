/** The number of tests of a run, by result. */
export interface Counts {
  readonly passed: number;
  readonly failed: number;
  readonly skipped: number;
}

const line = /^(\d+) passed, (\d+) failed, (\d+) skipped$/m;

/** Reads the last line of a run. A run that failed without this line counts as one failure. */
export function readCounts(output: string, code: number | null): Counts {
  const [passed = 0, failed = 0, skipped = 0] = line.exec(output)?.slice(1).map(Number) ?? [];
  const hasFailedOtherwise = failed === 0 && (code !== 0 || passed === 0);
  return { passed, failed: hasFailedOtherwise ? 1 : failed, skipped };
}

export function sumOf(all: readonly Counts[]): Counts {
  const total = (key: keyof Counts) => all.reduce((sum, counts) => sum + counts[key], 0);
  return { passed: total('passed'), failed: total('failed'), skipped: total('skipped') };
}

/** Returns `2490`, or `2488, 2 skipped`, or an empty string for a suite that was not run. */
export function cellOf(counts: Counts | undefined): string {
  if (counts === undefined) return '';
  const { passed, failed, skipped } = counts;
  const others = [failed > 0 && `${failed} FAILED`, skipped > 0 && `${skipped} skipped`].filter(Boolean);
  return [String(passed), ...others].join(', ');
}
