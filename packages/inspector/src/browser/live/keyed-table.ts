import { showLocalTimes } from '../local-times.ts';
import { rowsByKey, updateRow } from './table-rows.ts';
import { createWaitingBar } from './waiting-bar.ts';

/** The height of the header and some rows above the table, in pixels. */
const topSpace = 160;

/** A table whose rows are all on the page, such as the groups of dead letters. */
export interface KeyedTable {
  /**
   * Show the rows of the fetched page.
   * @param next the body of the same table in the fetched page
   */
  update(body: TableBody, next: TableBody): void;
}

export type TableBody = HTMLTableSectionElement;

/**
 * Keep a table up to date. Rows that exist change in place. While the operator reads further down or
 * uses the table, new rows wait behind a button, and rows that are gone are disabled, so that no row moves.
 */
export function createKeyedTable(): KeyedTable {
  /** The rows that the table should have. */
  let latest: { readonly body: TableBody; readonly rows: readonly HTMLTableRowElement[] } | undefined;

  const showWaiting = createWaitingBar(() => {
    if (!latest) return;
    const { body } = latest;
    show();
    scrollTo({ top: Math.max(0, body.getBoundingClientRect().top + scrollY - topSpace) });
  });
  const showAtRest = () => {
    if (latest && isAtRest(latest.body)) show();
  };
  addEventListener('scroll', showAtRest, { passive: true });
  document.addEventListener('pointerout', showAtRest, { passive: true });

  function show(): void {
    if (!latest) return;
    const { body } = latest;
    const shown = rowsByKey(body.rows);
    const rows = latest.rows.map((row) => shown.get(row.dataset.key ?? '') ?? added(row));
    for (const row of body.querySelectorAll('tr')) if (!rows.includes(row)) row.remove();
    let place = body.firstElementChild;
    for (const row of rows) {
      if (row === place) place = row.nextElementSibling;
      else body.insertBefore(row, place);
    }
    latest = undefined;
    showWaiting(0, undefined);
  }

  return {
    update(body, next) {
      const rows = [...next.rows].map((row) => document.adoptNode(row));
      latest = { body, rows };
      const [shown, wanted] = [rowsByKey(body.rows), rowsByKey(rows)];
      for (const [key, row] of shown) {
        const now = wanted.get(key);
        row.toggleAttribute('inert', !now);
        if (now) updateRow(row, now);
      }
      const fresh = [...wanted.keys()].filter((key) => !shown.has(key));
      if (isAtRest(body)) show();
      else showWaiting(fresh.length, body.closest('table'));
    },
  };
}

function added(row: HTMLTableRowElement): HTMLTableRowElement {
  showLocalTimes(row);
  row.classList.add('new');
  return row;
}

/** Whether rows may move: the page is at its top, and the operator does not use the table. */
function isAtRest(body: TableBody): boolean {
  const isUsed = body.matches(':hover') || body.contains(document.activeElement);
  return scrollY < 8 && !isUsed && getSelection()?.isCollapsed !== false;
}
