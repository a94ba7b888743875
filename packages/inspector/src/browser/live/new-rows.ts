import { element, elements } from '../elements.ts';
import { showLocalTimes } from '../local-times.ts';
import { showSelection } from '../selection.ts';
import { fetchPage, parseRows, rowsOf } from '../server-markup.ts';
import { rowsByKey, updateRow } from './table-rows.ts';
import { createWaitingBar, mostWaiting } from './waiting-bar.ts';

export interface NewRows {
  /** Add rows that the server has sent, newest first. */
  add(data: unknown): void;
  /** Fetch the rows that arrived while the stream was closed. */
  catchUp(): Promise<void>;
  /** Forget the waiting rows, because the page shows another view. */
  reset(): void;
}

/**
 * Add new deliveries at the top of the list. If the operator reads further down, or has selected rows, they wait behind a
 * button, so that no row moves.
 */
export function startNewRows(): NewRows {
  let waiting: readonly HTMLTableRowElement[] = [];
  /** Whether more rows have arrived than the server has sent. It sends at most the first page of the list. */
  let hasMore = false;
  const showWaiting = createWaitingBar(() => {
    scrollTo({ top: 0 });
    insert();
  });
  const showCount = () => showWaiting(waiting.length, tableBody()?.closest('table'), hasMore);
  addEventListener('scroll', () => isAtRest() && insert(), { passive: true });

  function receive(rows: readonly HTMLTableRowElement[]): void {
    const body = tableBody();
    if (!body) return;
    const [shown, received] = [rowsByKey(body.rows), rowsByKey(rows)];
    for (const [key, row] of received) {
      const known = shown.get(key);
      if (known) updateRow(known, row);
    }
    const end = lengthOf(body) > body.rows.length ? '' : timeOf([...body.rows].at(-1));
    // If a row leaves the filter, the server sends the first row of the next page.
    const fresh = rows.filter((row) => !shown.has(row.dataset.key ?? '') && timeOf(row) >= end);
    const earlier = waiting.filter(({ dataset }) => !received.has(dataset.key ?? ''));
    const keys = new Set(waiting.map(({ dataset }) => dataset.key));
    const isKnown = (key: string) => shown.has(key) || keys.has(key);
    hasMore ||= rows.length >= pageSizeOf(body) && ![...received.keys()].some(isKnown);
    waiting = [...fresh, ...earlier].slice(0, mostWaiting);
    if (isAtRest()) insert();
    else showCount();
  }

  function insert(): void {
    const body = tableBody();
    if (waiting.length === 0 || !body) return;
    const size = lengthOf(body);
    for (const row of waiting) {
      row.classList.add('new');
      body.insertBefore(row, [...body.rows].find((next) => timeOf(next) <= timeOf(row)) ?? null);
    }
    showLocalTimes(body);
    for (const row of [...body.rows].slice(size)) row.remove();
    for (const empty of elements('[data-empty]', HTMLElement)) empty.hidden = true;
    waiting = [];
    hasMore = false;
    showCount();
    showSelection();
  }

  return {
    add: (data) => {
      if (showsNewest()) receive(parseRows(htmlOf(data)));
    },
    catchUp: async () => {
      if (showsNewest()) receive(rowsOf(await fetchPage(location.href)));
    },
    reset: () => {
      waiting = [];
      hasMore = false;
      showCount();
    },
  };
}

const tableBody = () => element('tbody[data-rows]', HTMLTableSectionElement);

/** The number of rows of a page of the list. */
function pageSizeOf(body: HTMLTableSectionElement): number {
  return Number(body.dataset.rows) || 50;
}

/** The number of rows that the list keeps. */
function lengthOf(body: HTMLTableSectionElement): number {
  return Math.max(pageSizeOf(body), body.rows.length);
}

/** The time at which the delivery of a row was received. ISO 8601, so the text has the order of the times. */
function timeOf(row: HTMLTableRowElement | undefined): string {
  return row?.querySelector('time')?.dateTime ?? '';
}

/** Whether new rows may move the others: the page is at its top, and no row is selected or marked. */
function isAtRest(): boolean {
  return scrollY < 8 && !document.querySelector('[data-rows] :is(input:checked, .current)');
}

/** Whether new deliveries belong at the top of this view. */
function showsNewest(): boolean {
  const query = new URLSearchParams(location.search);
  return !query.has('cursor') && !query.has('before') && query.get('order') !== 'oldest';
}

function htmlOf(data: unknown): string {
  return typeof data === 'object' && data !== null && 'html' in data && typeof data.html === 'string'
    ? data.html
    : '';
}
