import { createRequire } from 'node:module';
import type { Result } from 'axe-core';
import type { Page } from 'playwright-core';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { describeWithBrowser, useBrowser } from './support/chromium.ts';
import { type FilledStore, openFilledStore, pageNames } from './support/filled-store.ts';
import { openPage, overflow } from './support/pages.ts';

const axe = createRequire(import.meta.url).resolve('axe-core/axe.min.js');
const browser = useBrowser();
const widths = [360, 768, 1440];

describeWithBrowser('accessibility', () => {
  let filled: FilledStore;
  beforeAll(async () => {
    // A short list has all elements of a long one.
    filled = await openFilledStore({ deliveries: 53, deadLetters: 2 });
  });
  afterAll(() => filled?.close());

  it.each(pageNames)(
    '%s has no axe violation and no horizontal scroll, in light and dark, at each width',
    async (name) => {
      // axe runs as a script of the page.
      const page = await openPage(
        browser(),
        `${filled.url}${filled.paths[name]}`,
        { bypassCSP: true },
        /status of 404/,
      );
      await page.addScriptTag({ path: axe });
      const found: Record<string, unknown> = {};
      for (const width of widths) {
        await page.setViewportSize({ width, height: 900 });
        for (const colorScheme of ['light', 'dark'] as const) {
          await page.emulateMedia({ colorScheme });
          const problems = await violations(page);
          const wider = await overflow(page);
          if (problems.length > 0 || wider > 0) found[`${colorScheme}, ${width}`] = { problems, wider };
        }
      }
      expect(found).toEqual({});
    },
  );
});

/** Return the violations of a page, each as its rule and the elements. */
async function violations(page: Page): Promise<readonly string[]> {
  const found = await page.evaluate(async (): Promise<readonly Result[]> => {
    const results = await window.axe.run(document, { resultTypes: ['violations'] });
    return results.violations;
  });
  return found.flatMap(({ id, nodes }) => nodes.map(({ target }) => `${id}: ${target.join(' ')}`));
}

declare global {
  interface Window {
    readonly axe: typeof import('axe-core');
  }
}
