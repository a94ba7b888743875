import { layOut, layOutTable, type Space } from './column-widths.ts';
import { fit, widthOf } from './text.ts';

/** A column of a table. */
export interface Column<Row> {
  readonly title: string;
  /** Return the printable text of a cell. */
  readonly text: (row: Row) => string;
  /** The width to which its text is cut first if other columns need the space. */
  readonly most?: number;
  /** The minimum width in a line outside of a table. */
  readonly usual?: number;
  /** The minimum width to which it may be cut. @default it is not cut */
  readonly least?: number;
  /** The priority: the column with the lowest rank is left out first. @default it is never left out */
  readonly rank?: number;
  /** Colors the padded text of a cell. It must not add visible characters. */
  readonly color?: (text: string, row: Row) => string;
}

const gap = '  ';

/** Cut a text before it is measured. A sender may write a name of a megabyte, which would take long to measure. */
function cut(text: string): string {
  return text.slice(0, 1000);
}

/**
 * Format rows as a table, with the titles first. A column is as wide as its widest text; a column without text is left
 * out. If the columns do not fit, texts are cut and columns are left out, the least important first.
 * @param width columns of the screen
 * @param paintTitle colors the titles
 */
export function tableLines<Row>(
  columns: readonly Column<Row>[],
  rows: readonly Row[],
  width: number,
  paintTitle: (text: string) => string,
): readonly string[] {
  const naturals = columns.map(({ title, text }) => {
    const widest = rows.reduce((wide, row) => Math.max(wide, widthOf(cut(text(row)))), 0);
    return widest === 0 ? 0 : Math.max(widest, widthOf(title));
  });
  const packed = columns.map(({ usual: _, ...column }) => column);
  const widths = layOutTable(spacesOf(packed, naturals), width, gap.length);
  const titles = columns.map(({ title }) => ({ title, text: () => title, color: paintTitle }));
  return [lineWith(titles, undefined, widths), ...rows.map((row) => lineWith(columns, row, widths))];
}

/** Format one row as a line. Each column has its usual width, or the width of its text. */
export function lineOf<Row>(columns: readonly Column<Row>[], row: Row, width: number): string {
  const naturals = columns.map(({ text }) => widthOf(cut(text(row))));
  return lineWith(columns, row, layOut(spacesOf(columns, naturals), width, gap.length));
}

type Widths = readonly (number | undefined)[];

function spacesOf<Row>(columns: readonly Column<Row>[], naturals: readonly number[]): readonly Space[] {
  return columns.map(({ usual, least, most, rank }, index) => ({
    natural: naturals[index] ?? 0,
    ...(usual !== undefined && { usual }),
    ...(most !== undefined && { most }),
    ...(least !== undefined && { least: Math.min(least, naturals[index] ?? 0) }),
    ...(rank !== undefined && { rank }),
  }));
}

function lineWith<Row>(columns: readonly Column<Row>[], row: Row, widths: Widths): string {
  const cells = columns.flatMap(({ text, color = asIs }, index) => {
    const width = widths[index] ?? 0;
    return width === 0 ? [] : [{ text: fit(cut(text(row)), width), width, color }];
  });
  const last = cells.findLastIndex(({ text }) => text !== '');
  return cells
    .slice(0, last + 1)
    .map(({ text, width, color }, index) => color(index === last ? text : padded(text, width), row))
    .join(gap);
}

const asIs = (text: string) => text;

/** Pad a text with blanks to a width. */
export function padded(text: string, width: number): string {
  return text + ' '.repeat(Math.max(0, width - widthOf(text)));
}
