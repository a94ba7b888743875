import type { Page } from 'playwright-core';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { describeWithBrowser, useBrowser } from './support/chromium.ts';
import { type FilledStore, openFilledStore } from './support/filled-store.ts';
import { openPage } from './support/pages.ts';

const browser = useBrowser();

describeWithBrowser('the keyboard', () => {
  let filled: FilledStore;
  beforeAll(async () => {
    filled = await openFilledStore({ deliveries: 53, deadLetters: 2 });
  });
  afterAll(() => filled?.close());

  const open = (path: string) => openPage(browser(), `${filled.url}${path}`);

  it('marks rows with j and k, and opens the marked row with Enter', async () => {
    const page = await open('deliveries');
    await press(page, 'j', 'j', 'j', 'k');
    const key = await page.locator('[data-rows] tr:nth-child(2)').getAttribute('data-key');
    expect(await page.locator('[data-rows] tr.current').getAttribute('data-key')).toBe(key);
    await page.keyboard.press('Enter');
    await page.waitForURL(`**/deliveries/${key}*`);
  });

  it('selects rows with x, and clears the selection with Escape', async () => {
    const page = await open('deliveries');
    await press(page, 'j', 'x', 'j', 'x');
    expect(await page.locator('input[name="key"]:checked').count()).toBe(2);
    await page.getByText('2 selected').waitFor();
    await page.keyboard.press('Escape');
    expect(await page.locator('input[name="key"]:checked').count()).toBe(0);
  });

  it('focuses the search with /, and types shortcuts as text there', async () => {
    const page = await open('deliveries');
    await press(page, '/', 'j', 'x');
    expect(await page.locator('input[type="search"]').inputValue()).toBe('jx');
    expect(await page.locator('[data-rows] tr.current').count()).toBe(0);
  });

  it('opens a page with g and a letter', async () => {
    const page = await openPage(browser(), `${filled.url}${filled.paths.delivery}`);
    await press(page, 'g', 'd');
    await page.waitForURL(`${filled.url}deliveries`);
  });

  it('lists the shortcuts with ?, and closes the list with Escape', async () => {
    const page = await open('deliveries');
    await press(page, '?');
    const dialog = page.locator('#shortcuts');
    await dialog.waitFor({ state: 'visible' });
    await press(page, 'Escape');
    await dialog.waitFor({ state: 'hidden' });
  });

  it('asks before r replays the selected rows', async () => {
    const page = await open('deliveries?state=dead');
    await press(page, 'j', 'x', 'j', 'x', 'r');
    await page.getByRole('dialog').getByText('2').waitFor();
    await press(page, 'Escape');
    expect((await filled.store.list({ state: ['queued', 'running'] })).deliveries).toEqual([]);
  });

  it('reaches each control of a page with Tab, and shows the focus', async () => {
    for (const path of ['deliveries', filled.paths.delivery ?? '']) {
      const page = await open(path);
      const count = await page.evaluate(() => {
        const shown = (element: Element) => element.checkVisibility() && element.getClientRects().length > 0;
        const controls =
          'a[href], button:not(:disabled), input:not([type="hidden"]), select, textarea, summary';
        return [...document.querySelectorAll(controls)].filter(shown).length;
      });
      const reached = new Set<string>();
      for (let presses = 0; presses < count; presses++) {
        await page.keyboard.press('Tab');
        const focused = await page.evaluate(() => {
          const active = document.activeElement;
          if (!active) return undefined;
          const place = [...document.querySelectorAll('*')].indexOf(active);
          return { place: String(place), outline: getComputedStyle(active).outlineStyle };
        });
        expect(focused?.outline, path).not.toBe('none');
        reached.add(focused?.place ?? '');
      }
      expect(reached.size, path).toBe(count);
    }
  });
});

async function press(page: Page, ...keys: readonly string[]): Promise<void> {
  for (const key of keys) await page.keyboard.press(key);
}
