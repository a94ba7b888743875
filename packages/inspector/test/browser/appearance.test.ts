import { afterAll, beforeAll, expect, it } from 'vitest';
import { describeWithBrowser, useBrowser } from './support/chromium.ts';
import { type FilledStore, openFilledStore } from './support/filled-store.ts';
import { openPage } from './support/pages.ts';

const browser = useBrowser();

describeWithBrowser('appearance', () => {
  let filled: FilledStore;
  beforeAll(async () => {
    filled = await openFilledStore({ deliveries: 20, deadLetters: 1 });
  });
  afterAll(() => filled?.close());

  it('runs no animation if the operator prefers reduced motion', async () => {
    for (const reducedMotion of ['reduce', 'no-preference'] as const) {
      const page = await openPage(browser(), `${filled.url}deliveries`, { reducedMotion });
      const animation = await page.evaluate(() => {
        const row = document.querySelector('[data-rows] tr');
        row?.classList.add('new');
        return row && getComputedStyle(row).animationName;
      });
      expect(animation === 'none').toBe(reducedMotion === 'reduce');
    }
  });

  it('follows the color scheme of the system', async () => {
    const page = await openPage(browser(), `${filled.url}deliveries`, { colorScheme: 'light' });
    const background = () => page.evaluate(() => getComputedStyle(document.documentElement).backgroundColor);
    const light = await background();
    await page.emulateMedia({ colorScheme: 'dark' });
    expect(await background()).not.toBe(light);
  });

  it('shows the actions on selected rows with the first selection, and moves no row', async () => {
    const page = await openPage(browser(), `${filled.url}deliveries`);
    const row = page.locator('[data-rows] tr').first();
    const replay = page.getByRole('button', { name: 'Replay' });
    const before = await row.boundingBox();
    expect(await replay.isVisible()).toBe(false);
    await row.locator('input').check();
    expect(await replay.isVisible()).toBe(true);
    expect(await row.boundingBox()).toEqual(before);
  });

  it('shows times in the time zone of the browser, and UTC as the tooltip', async () => {
    const page = await openPage(browser(), `${filled.url}deliveries`, { timezoneId: 'Pacific/Kiritimati' });
    const time = page.locator('time[data-time]').first();
    const at = new Date((await time.getAttribute('datetime')) ?? '');
    expect(await time.getAttribute('title')).toBe(at.toISOString());
    const hour = new Intl.DateTimeFormat('en-US', {
      timeZone: 'Pacific/Kiritimati',
      hour: '2-digit',
      hourCycle: 'h23',
    });
    expect(await time.textContent()).toContain(`${hour.format(at)}:`);
  });
});
