import type { Page } from 'playwright-core';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { describeWithBrowser, useBrowser } from './support/chromium.ts';
import { type Inspected, inspect, recordAll, sqliteStore } from './support/inspected-store.ts';
import { openPage, untilLive } from './support/pages.ts';
import { sampleDeliveries } from './support/sample-deliveries.ts';

const browser = useBrowser();

describeWithBrowser('the overview', () => {
  const { store, release } = sqliteStore();
  let inspected: Inspected;
  beforeAll(async () => {
    const deliveries = sampleDeliveries({ count: 80, until: new Date(Date.now() - 60_000), hours: 20 });
    // Only a few targets are listed.
    await recordAll(
      store,
      deliveries.map((delivery) => ({ ...delivery, target: 'acme.example' })),
    );
    inspected = await inspect(store, (receiver) => receiver.onAny(() => {}));
  });
  afterAll(async () => {
    await inspected?.close();
    release();
  });

  const open = () => openPage(browser(), inspected.url);
  const sendTo = (target: string) => inspected.send('scan_completed', { data: { scan_id: 'live', target } });
  const untilShown = (page: Page, target: string) =>
    page.locator('[data-region="top-target"]').getByText(target).waitFor();

  it('shows new targets in two browsers without loading the document again', async () => {
    const pages = [await open(), await open()];
    for (const page of pages) {
      await untilLive(page);
      await page.evaluate(() => document.body.classList.add('same-document'));
    }
    for (const target of ['first.example', 'second.example']) {
      // Its numbers are kept for the next reader, without the new target.
      await (await fetch(inspected.url)).text();
      expect(await sendTo(target)).toBe(202);
      for (const page of pages) await untilShown(page, target);
    }
    for (const page of pages) expect(await page.locator('body.same-document').count()).toBe(1);
  });

  it('zooms into the range that is selected in the chart, and the back button leaves it', async () => {
    const page = await open();
    const plot = page.locator('.u-over');
    const start = { x: 80, y: 80 };
    await plot.hover({ position: start });
    await page.mouse.down();
    // While the button is pressed, a live update does not replace the chart.
    expect(await inspected.send('scan_completed')).toBe(202);
    await page.waitForTimeout(3000);
    const box = await plot.boundingBox();
    if (box === null) throw new Error('The chart is not shown');
    await page.mouse.move(box.x + start.x + box.width * 0.25, box.y + start.y, { steps: 4 });
    await page.mouse.up();
    await page.waitForURL(/since=.*until=/);
    const { searchParams } = new URL(page.url());
    const length = Date.parse(searchParams.get('until') ?? '') - Date.parse(searchParams.get('since') ?? '');
    // A quarter of a day, give or take a pixel.
    expect(Math.abs(length / 3_600_000 - 6)).toBeLessThan(0.2);
    await page.goBack();
    await page.waitForURL(inspected.url);
    await plot.waitFor();
  });
});
