import { element, elements } from '../elements.ts';
import { showLocalTimes } from '../local-times.ts';
import { fetchPage } from '../server-markup.ts';
import { createKeyedTable, type KeyedTable, type TableBody } from './keyed-table.ts';
import type { OnEvent } from './stream.ts';

/** The time between two updates, in milliseconds. */
const pause = 1000;

/**
 * Return a function that fetches the page again and replaces its regions (`data-region`). The server keeps numbers for a
 * while, so the page is fetched until its numbers are from the time of the change or later.
 * @param afterUpdate called when the regions are replaced
 */
export function startRegions(afterUpdate: () => void): OnEvent {
  let isBusy = false;
  /** The time of the latest change, on the server's clock. */
  let changedAt = 0;

  async function update(): Promise<void> {
    isBusy = true;
    const url = location.href;
    // A page without numbers is read when it is fetched, so it lacks only later changes.
    const known = changedAt;
    let readAt = Number.POSITIVE_INFINITY;
    try {
      const page = await fetchPage(url);
      readAt = timeOfNumbers(page) ?? known;
      if (url === location.href) replaceRegions(page);
      afterUpdate();
    } catch {
      // The stream shows that the connection is lost. The next event updates the page.
    }
    setTimeout(() => {
      isBusy = readAt < changedAt;
      if (isBusy) void update();
    }, pause);
  }

  return (data) => {
    changedAt = Math.max(changedAt, timeOfChange(data));
    if (!isBusy) void update();
  };
}

function timeOfChange(data: unknown): number {
  return typeof data === 'object' && data !== null && 'at' in data && typeof data.at === 'number'
    ? data.at
    : 0;
}

function timeOfNumbers(page: Document): number | undefined {
  const readAt = page.querySelector<HTMLElement>('[data-read-at]')?.dataset.readAt;
  return readAt === undefined ? undefined : Number(readAt);
}

const tables = new Map<string, KeyedTable>();

function replaceRegions(page: Document): void {
  for (const region of elements('[data-region]', HTMLElement)) {
    const { region: name = '' } = region.dataset;
    const next = element(`[data-region="${CSS.escape(name)}"]`, HTMLElement, page);
    if (!next) continue;
    const [body, nextBody] = [keyedBody(region), keyedBody(next)];
    if (body && nextBody) {
      const table = tables.get(name) ?? createKeyedTable();
      tables.set(name, table);
      table.update(body, nextBody);
      continue;
    }
    // A region with the focus stays, so that the keyboard does not lose its place.
    if (region.contains(document.activeElement)) continue;
    region.replaceWith(document.adoptNode(next));
    showLocalTimes(next);
  }
}

/** The body of the table of a region, if its rows change one by one. */
function keyedBody(region: HTMLElement): TableBody | undefined {
  return element('tbody[data-keyed]', HTMLTableSectionElement, region);
}
