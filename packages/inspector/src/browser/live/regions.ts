import { elements } from '../elements.ts';
import { showLocalTimes } from '../local-times.ts';
import { fetchPage } from '../server-markup.ts';

/** The time between two updates, in milliseconds. */
const pause = 2000;

/**
 * Return a function that fetches the page again and replaces its regions (`data-region`). Calls during an update cause
 * one more update.
 * @param afterUpdate called when the regions are replaced
 */
export function startRegions(afterUpdate: () => void): () => void {
  let state: 'idle' | 'busy' | 'again' = 'idle';

  async function update(): Promise<void> {
    state = 'busy';
    const url = location.href;
    try {
      const page = await fetchPage(url);
      if (url === location.href) replaceRegions(page);
      afterUpdate();
    } catch {
      // The stream shows that the connection is lost. The next event updates the page.
    }
    setTimeout(() => {
      const again = state === 'again';
      state = 'idle';
      if (again) void update();
    }, pause);
  }

  return () => {
    if (state === 'idle') void update();
    else state = 'again';
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
