import { afterAll, beforeAll, expect, it } from 'vitest';
import { describeWithBrowser, useBrowser } from './support/chromium.ts';
import { type FilledStore, openFilledStore } from './support/filled-store.ts';
import { openPage } from './support/pages.ts';

const browser = useBrowser();

describeWithBrowser('without script', () => {
  let filled: FilledStore;
  beforeAll(async () => {
    filled = await openFilledStore({ deliveries: 70, deadLetters: 3 });
  });
  afterAll(() => filled?.close());

  const open = (path: string) => openPage(browser(), `${filled.url}${path}`, { javaScriptEnabled: false });

  it('filters with the form, and the URL has the filter', async () => {
    const page = await open('deliveries');
    await page.getByLabel('State').first().selectOption('dead');
    await page.getByRole('button', { name: 'Apply' }).click();
    await page.waitForURL(/state=dead/);
    const states = await page.locator('[data-rows] .state').allTextContents();
    expect(new Set(states)).toEqual(new Set(['dead']));
  });

  it('goes to older deliveries and back', async () => {
    const page = await open('deliveries');
    const first = await page.locator('[data-rows] tr').first().getAttribute('data-key');
    await page.getByRole('link', { name: 'Older' }).click();
    expect(await page.locator('[data-rows] tr').first().getAttribute('data-key')).not.toBe(first);
    await page.goBack();
    expect(await page.locator('[data-rows] tr').first().getAttribute('data-key')).toBe(first);
  });

  it('replays the deliveries that are selected', async () => {
    const { deliveries } = await filled.store.list({ state: 'dead', limit: 1 });
    const key = deliveries[0]?.key ?? '';
    const page = await open('deliveries?state=dead');
    await page.locator(`input[name="key"][value="${key}"]`).check();
    await page.getByRole('button', { name: /^Replay/ }).click();
    await expect.poll(async () => (await filled.store.get(key))?.state).toBe('processed');
  });
});
