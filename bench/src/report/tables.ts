import type { Series } from './statistics.ts';

export function number(value: number): string {
  return value >= 100 ? String(Math.round(value)) : value.toFixed(1);
}

/** The median, with the range. */
export function cell({ median, min, max }: Series): string {
  return `${number(median)} (${number(min)} to ${number(max)})`;
}

export function ratio({ median, min, max }: Pick<Series, 'median' | 'min' | 'max'>): string {
  return `${median.toFixed(2)} (${min.toFixed(2)} to ${max.toFixed(2)})`;
}

/** The median, with the quartiles. */
export function quartiles({ median, lower, upper }: Series): string {
  return `${median.toFixed(2)} (${lower.toFixed(2)} to ${upper.toFixed(2)})`;
}

export function table(head: readonly string[], rows: readonly (readonly string[])[]): string {
  const widths = head.map((title, column) =>
    Math.max(3, title.length, ...rows.map((row) => row[column]?.length ?? 0)),
  );
  const line = (cells: readonly string[]) =>
    `| ${cells.map((cell, column) => cell.padEnd(widths[column] ?? 0)).join(' | ')} |`;
  const rule = widths.map((width) => '-'.repeat(width));
  return [head, rule, ...rows].map(line).join('\n');
}
