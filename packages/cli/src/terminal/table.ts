import { layOut } from './layout.ts';
import { fit, widthOf } from './text.ts';

/** A column of a table. */
export interface Column<Row> {
  readonly title: string;
  /** Printable text. */
  readonly text: (row: Row) => string;
  /** Columns of the screen that are enough for it, if others need the space. */
  readonly most?: number;
  /** Columns that it gets at least in a line of its own. */
  readonly usual?: number;
  /** Columns to which it may be cut. @default it is not cut */
  readonly least?: number;
  /** Which is left out first if there is no room: the lowest. @default it is never left out */
  readonly rank?: number;
  /** Applied after the text was padded: it must add no width. */
  readonly colour?: (text: string, row: Row) => string;
}

const gap = '  ';

/** A sender may write a megabyte in place of a name: no screen shows that, and to measure it takes a while. */
function cut(text: string): string {
  return text.slice(0, 1000);
}

/**
 * A table, a line each, the titles first. A column is as wide as its widest text; if they do not fit, texts are cut and
 * columns are left out, the least important first.
 * @param width columns of the screen
 * @param paintTitle colours the titles
 */
export function tableLines<Row>(
  columns: readonly Column<Row>[],
  rows: readonly Row[],
  width: number,
  paintTitle: (text: string) => string,
): readonly string[] {
  const naturals = columns.map(({ title, text }) =>
    rows.reduce((wide, row) => Math.max(wide, widthOf(cut(text(row)))), widthOf(title)),
  );
  const packed = columns.map(({ usual: _, ...column }) => column);
  const widths = widthsOf(packed, naturals, width);
  const titles = columns.map(({ title }) => ({ title, text: () => title, colour: paintTitle }));
  return [lineWith(titles, undefined, widths), ...rows.map((row) => lineWith(columns, row, widths))];
}

/** One line, its columns as wide as they usually are, or as its own texts need. */
export function lineOf<Row>(columns: readonly Column<Row>[], row: Row, width: number): string {
  const naturals = columns.map(({ text }) => widthOf(cut(text(row))));
  return lineWith(columns, row, widthsOf(columns, naturals, width));
}

type Widths = readonly (number | undefined)[];

function widthsOf<Row>(columns: readonly Column<Row>[], naturals: readonly number[], width: number): Widths {
  const spaces = columns.map(({ usual, least, most, rank }, index) => ({
    natural: naturals[index] ?? 0,
    ...(usual !== undefined && { usual }),
    ...(most !== undefined && { most }),
    ...(least !== undefined && { least: Math.min(least, naturals[index] ?? 0) }),
    ...(rank !== undefined && { rank }),
  }));
  return layOut(spaces, width, gap.length);
}

function lineWith<Row>(columns: readonly Column<Row>[], row: Row, widths: Widths): string {
  const cells = columns.flatMap(({ text, colour = asIs }, index) => {
    const width = widths[index] ?? 0;
    return width === 0 ? [] : [{ text: fit(cut(text(row)), width), width, colour }];
  });
  const last = cells.findLastIndex(({ text }) => text !== '');
  return cells
    .slice(0, last + 1)
    .map(({ text, width, colour }, index) => colour(index === last ? text : padded(text, width), row))
    .join(gap);
}

const asIs = (text: string) => text;

/** A text with blanks after it, up to a width. */
export function padded(text: string, width: number): string {
  return text + ' '.repeat(Math.max(0, width - widthOf(text)));
}
