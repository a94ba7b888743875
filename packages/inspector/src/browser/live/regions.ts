import { elements } from '../elements.ts';
import { showLocalTimes } from '../local-times.ts';
import { fetchPage } from '../server-markup.ts';

/** The time between two updates, in milliseconds. It is longer than the server keeps the numbers of a fast store. */
const pause = 2000;

/**
 * Return a function that fetches the page again and replaces its regions (`data-region`). Each call causes a second update
 * after a pause, because the first can show numbers that the server has kept from before the change.
 * @param afterUpdate called when the regions are replaced
 */
export function startRegions(afterUpdate: () => void): () => void {
  let isBusy = false;
  let isChanged = false;

  async function update(): Promise<void> {
    isBusy = true;
    const url = location.href;
    try {
      const page = await fetchPage(url);
      if (url === location.href) replaceRegions(page);
      afterUpdate();
    } catch {
      // The stream shows that the connection is lost. The next event updates the page.
    }
    setTimeout(() => {
      isBusy = isChanged;
      isChanged = false;
      if (isBusy) void update();
    }, pause);
  }

  return () => {
    isChanged = true;
    if (!isBusy) void update();
  };
}

function replaceRegions(page: Document): void {
  for (const region of elements('[data-region]', HTMLElement)) {
    const name = CSS.escape(region.dataset.region ?? '');
    const next = page.querySelector(`[data-region="${name}"]`);
    // A region with the focus stays, so that the keyboard does not lose its place.
    if (!next || region.contains(document.activeElement)) continue;
    region.replaceWith(document.adoptNode(next));
    showLocalTimes(next);
  }
}
