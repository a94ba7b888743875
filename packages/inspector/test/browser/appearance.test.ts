import { RetryLaterError } from '@spiderfoot-webhooks/core';
import { afterAll, beforeAll, expect, it, onTestFinished } from 'vitest';
import { describeWithBrowser, useBrowser } from './support/chromium.ts';
import { type FilledStore, openFilledStore } from './support/filled-store.ts';
import { inspect, sqliteStore } from './support/inspected-store.ts';
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

  it('shows the target, the next attempt and the handler of a failing delivery without cutting them', async () => {
    const { store, release } = sqliteStore(2);
    const inspected = await inspect(store, (receiver) =>
      receiver.onAny(() => Promise.reject(new RetryLaterError(600, 'The SIEM is busy. '.repeat(20))), {
        name: 'pager',
      }),
    );
    onTestFinished(async () => {
      await inspected.close();
      release();
    });
    await inspected.send('scan_completed', { data: { scan_id: 'a3f81c02', target: 'mail.example.com' } });
    await expect.poll(async () => (await store.health()).delayed).toBe(1);
    for (const width of [1024, 1280, 1440]) {
      const page = await openPage(browser(), `${inspected.url}deliveries`, {
        viewport: { width, height: 800 },
      });
      await page.locator('.rows .next .date').waitFor();
      const cut = await page.evaluate(() =>
        [...document.querySelectorAll('.rows td:is(.target, .state)')]
          .filter(({ scrollWidth, clientWidth }) => scrollWidth > clientWidth)
          .map(({ className }) => className),
      );
      expect({ width, cut }).toEqual({ width, cut: [] });
      await page.goto(inspected.url);
      const lines = await page.evaluate(() => {
        const name = document.querySelector('.health');
        return name && Math.round(name.clientHeight / Number.parseFloat(getComputedStyle(name).lineHeight));
      });
      expect({ width, lines }).toEqual({ width, lines: 1 });
    }
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
