import { showLocalTimes } from '../local-times.ts';

/** Return the rows by their keys. */
export function rowsByKey(rows: Iterable<HTMLTableRowElement>): ReadonlyMap<string, HTMLTableRowElement> {
  return new Map([...rows].map((row) => [row.dataset.key ?? '', row]));
}

/** Show the new state of a row. Its selection and the focus remain, and so do cells that have not changed. */
export function updateRow(row: HTMLTableRowElement, next: HTMLTableRowElement): void {
  showLocalTimes(next);
  for (const [index, cell] of [...next.cells].entries()) {
    const shown = row.cells[index];
    if (!shown || shown.isEqualNode(cell)) continue;
    if (shown.querySelector('input') || shown.contains(document.activeElement)) continue;
    shown.replaceWith(cell.cloneNode(true));
  }
}
