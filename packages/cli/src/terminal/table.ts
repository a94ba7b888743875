import { fit, widthOf } from './text.ts';

/** A column of a table. */
export interface Column<Row> {
  readonly title: string;
  /** Printable text. */
  readonly text: (row: Row) => string;
  /** Columns of the screen that it takes at the most. */
  readonly most?: number;
  /** Applied after the text was padded: it must add no width. */
  readonly colour?: (text: string, row: Row) => string;
}

const gap = '  ';

/** A sender may write a megabyte where a name is meant: no screen shows that, and to measure it takes a while. */
function cut(text: string): string {
  return text.slice(0, 1000);
}

/**
 * A table, a line each, the titles first. A column is as wide as what stands in it; the last one gets what is left.
 * @param width columns of the screen
 * @param paintTitle colours the titles
 */
export function tableLines<Row>(
  columns: readonly Column<Row>[],
  rows: readonly Row[],
  width: number,
  paintTitle: (text: string) => string,
): readonly string[] {
  const widths = columns.map(({ title, text, most = width }) =>
    rows.reduce((wide, row) => Math.max(wide, Math.min(most, widthOf(cut(text(row))))), widthOf(title)),
  );
  const titles = columns.map(({ title }) => ({ title, text: () => title, colour: paintTitle }));
  return [
    lineOf(titles, undefined, widths, width),
    ...rows.map((row) => lineOf(columns, row, widths, width)),
  ];
}

/**
 * One line of a table.
 * @param widths of the columns; one that is missing is as wide as its text
 */
export function lineOf<Row>(
  columns: readonly Column<Row>[],
  row: Row,
  widths: readonly number[],
  width: number,
): string {
  let room = width;
  const cells: string[] = [];
  for (const [index, { text, colour }] of columns.entries()) {
    if (room <= 0) break;
    const own = fit(cut(text(row)), widths[index] ?? room);
    const isLast = index === columns.length - 1;
    const shown = fit(isLast ? own : padded(own, widths[index] ?? 0), room);
    room -= widthOf(shown) + gap.length;
    cells.push(colour === undefined ? shown : colour(shown, row));
  }
  return cells.join(gap).trimEnd();
}

/** A text with blanks after it, up to a width. */
export function padded(text: string, width: number): string {
  return text + ' '.repeat(Math.max(0, width - widthOf(text)));
}
