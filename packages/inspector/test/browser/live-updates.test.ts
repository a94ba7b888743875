import type { Receiver } from '@spiderfoot-webhooks/core';
import type { Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it, onTestFinished } from 'vitest';
import { describeWithBrowser, useBrowser } from './support/chromium.ts';
import { type Inspected, inspect, recordAll } from './support/inspected-store.ts';
import { openPage, untilLive } from './support/pages.ts';
import { sampleDeliveries } from './support/sample-deliveries.ts';
import { useStores } from './support/test-stores.ts';

const browser = useBrowser();
const stores = useStores();

describeWithBrowser('live updates', () => {
  describe.each(stores)('on $name', ({ name, open }) => {
    let inspected: Inspected;
    beforeAll(async () => {
      const store = open();
      const until = new Date(Date.now() - 60_000);
      await recordAll(store, sampleDeliveries({ count: 80, until, hours: 24 }));
      inspected = await inspect(store, (receiver) => receiver.onAny(() => {}));
    });
    afterAll(() => inspected?.close());

    const openList = async (query = ''): Promise<Page> => {
      const page = await openPage(browser(), `${inspected.url}deliveries${query}`);
      await untilLive(page);
      return page;
    };
    const sendTo = (target: string) =>
      inspected.send('malware_detected', { data: { scan_id: 'live', target } });

    it(`shows a new delivery in two browsers on ${name}`, async () => {
      const pages = [await openList(), await openList()];
      expect(await sendTo('both.example')).toBe(202);
      for (const page of pages) {
        const row = page.locator('[data-rows] tr', { hasText: 'both.example' });
        await row.getByText('processed').waitFor();
        expect(await rowIndex(page, 'both.example')).toBe(0);
      }
    });

    it(`counts new deliveries while the operator reads further down on ${name}`, async () => {
      const page = await openList();
      await page.evaluate(() => scrollTo(0, 400));
      const first = await page.locator('[data-rows] tr').first().getAttribute('data-key');
      await sendTo('below.example');
      const button = page.getByRole('button', { name: /^\d+ new$/ });
      await button.waitFor();
      expect(await page.locator('[data-rows] tr').first().getAttribute('data-key')).toBe(first);
      await button.click();
      await page.locator('[data-rows] tr', { hasText: 'below.example' }).waitFor();
      expect(await page.evaluate(() => scrollY)).toBe(0);
    });

    it(`shows only the new deliveries that match the filter on ${name}`, async () => {
      const page = await openList('?target=wanted.example');
      await sendTo('unwanted.example');
      await sendTo('wanted.example');
      await page.locator('[data-rows] tr', { hasText: 'wanted.example' }).first().waitFor();
      expect(await page.getByText('unwanted.example').count()).toBe(0);
    });
  });

  /** An empty SQLite store, which is closed when the test ends. */
  async function inspectEmpty(
    addHandlers = (receiver: Receiver) => receiver.onAny(() => {}),
  ): Promise<Inspected> {
    const [sqlite] = stores;
    if (!sqlite) throw new Error('The store is missing');
    const inspected = await inspect(sqlite.open(), addHandlers);
    onTestFinished(() => inspected.close());
    return inspected;
  }

  it('shows a delivery that arrives after the page is rendered and before its event stream is read', async () => {
    const inspected = await inspectEmpty();
    const page = await openPage(browser(), `${inspected.url}rejected`);
    let release = () => {};
    const held = new Promise<void>((resolve) => {
      release = resolve;
    });
    await page.route('**/live*', async (route) => {
      await held;
      await route.continue();
    });
    await page.goto(`${inspected.url}deliveries`);
    expect(await page.locator('[data-rows] tr').count()).toBe(0);
    await inspected.send('scan_completed', { data: { scan_id: 's', target: 'between.example' } });
    release();
    await page.locator('[data-rows] tr', { hasText: 'between.example' }).waitFor();
  });

  it('starts live updates when a filter leads from older deliveries to the newest, and ends them on the way back', async () => {
    const inspected = await inspectEmpty();
    const until = new Date(Date.now() - 60_000);
    await recordAll(inspected.store, sampleDeliveries({ count: 60, until, hours: 2 }));
    const { cursor } = await inspected.store.list({ limit: 50 });
    const page = await openPage(browser(), `${inspected.url}deliveries?cursor=${cursor}`);
    const state = page.locator('[data-live-state]');
    expect(await state.isVisible()).toBe(false);
    await page.getByLabel('State').selectOption('processed');
    await untilLive(page);
    await inspected.send('scan_completed', { data: { scan_id: 's', target: 'started.example' } });
    await page.locator('[data-rows] tr', { hasText: 'started.example' }).waitFor();
    await page.goBack();
    await state.waitFor({ state: 'hidden' });
  });

  it('does not claim an exact number of new deliveries when more arrive than a page has', async () => {
    const inspected = await inspectEmpty();
    const at = Date.now();
    const older = { count: 60, until: new Date(at - 3_600_000), hours: 1 };
    await recordAll(inspected.store, sampleDeliveries(older));
    const page = await openPage(browser(), `${inspected.url}deliveries`);
    await untilLive(page);
    await page.evaluate(() => scrollTo(0, 400));
    await recordAll(inspected.store, sampleDeliveries({ count: 500, until: new Date(at), hours: 0.5 }));
    await page.getByRole('button', { name: /^\d+ or more new$/ }).waitFor();
  });

  it('keeps the rows in order when a delivery leaves the filter', async () => {
    const inspected = await inspectEmpty((receiver) =>
      receiver.onAny(({ data }) => {
        if (Object(data).target === 'fails.example') throw new Error('The SIEM is down');
      }),
    );
    const until = new Date(Date.now() - 60_000);
    const samples = sampleDeliveries({ count: 60, until, hours: 2 });
    await recordAll(
      inspected.store,
      samples.map((delivery) => ({ ...delivery, state: 'failed', succeeded: [] })),
    );
    const page = await openPage(browser(), `${inspected.url}deliveries?state=failed&state=dead`);
    await untilLive(page);
    // The new delivery takes the place of one of the two, and the first delivery of the next page that of the other.
    const { deliveries } = await inspected.store.list({ limit: 2 });
    for (const { key } of deliveries) {
      expect(await inspected.store.replay(key)).toBe(1);
      await expect.poll(async () => (await inspected.store.get(key))?.state).toBe('processed');
    }
    await inspected.send('scan_completed', { data: { scan_id: 's', target: 'fails.example' } });
    await page.locator('[data-rows] tr', { hasText: 'fails.example' }).waitFor();
    const times = await page
      .locator('[data-rows] time')
      .evaluateAll((shown) => shown.map((time) => time.getAttribute('datetime') ?? ''));
    expect(times).toEqual(times.toSorted().toReversed());
  });

  it('follows a delivery on its page until its handlers have run', async () => {
    let finish = () => {};
    const finished = new Promise<void>((resolve) => {
      finish = resolve;
    });
    const inspected = await inspectEmpty((receiver) => receiver.onAny(() => finished, { name: 'siem' }));
    try {
      await inspected.send('scan_completed');
      const { deliveries } = await inspected.store.list();
      const page = await openPage(browser(), `${inspected.url}deliveries/${deliveries[0]?.key}`);
      await untilLive(page);
      expect(await page.locator('button[data-replay]').isDisabled()).toBe(true);
      finish();
      await page.locator('[data-region="marks"]').getByText('processed').waitFor();
      await page.locator('[data-region="attempts"]').getByText('siem').waitFor();
      await page.locator('button[data-replay]:enabled').waitFor();
      // The server closes the event stream, which the browser would report.
      await page.context().close();
    } finally {
      finish();
    }
  });

  it('connects again and shows the deliveries that arrived in the meantime', async () => {
    const inspected = await inspectEmpty();
    const page = await openPage(browser(), `${inspected.url}deliveries`, {}, /Failed to load|ERR_/);
    await untilLive(page);
    await page.context().setOffline(true);
    inspected.server.closeAllConnections();
    await page.locator('[data-live-state="reconnecting"]').waitFor();
    await inspected.send('scan_completed', { data: { scan_id: 's', target: 'missed.example' } });
    await page.context().setOffline(false);
    await untilLive(page);
    await page.locator('[data-rows] tr', { hasText: 'missed.example' }).waitFor();
  });
});

async function rowIndex(page: Page, text: string): Promise<number> {
  const rows = await page.locator('[data-rows] tr').allTextContents();
  return rows.findIndex((row) => row.includes(text));
}
