import { signedWebhook } from '@spiderfoot-webhooks/core/testing';
import type { Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { describeWithBrowser, useBrowser } from './support/chromium.ts';
import { type Inspected, inspect } from './support/inspected-store.ts';
import { openPage, untilLive } from './support/pages.ts';
import { type StoreKind, useStores } from './support/test-stores.ts';

const browser = useBrowser();
const stores = useStores();
const [sqlite] = stores;

/** Serve a store whose handler `siem` fails until it is up. Its error contains the target of the event. */
function useInspected(openStore: StoreKind['open']) {
  let inspected: Inspected | undefined;
  const siem = { isUp: false };
  beforeAll(async () => {
    inspected = await inspect(openStore(), (receiver) =>
      receiver.onAny(
        ({ data }) => {
          if (!siem.isUp) throw new Error(`${Object(data).target} is down`);
        },
        { name: 'siem' },
      ),
    );
  });
  afterAll(() => inspected?.close());
  const served = () => {
    if (inspected === undefined) throw new Error('The inspector is not running');
    return inspected;
  };
  return {
    siem,
    served,
    async open(path: string): Promise<Page> {
      const page = await openPage(browser(), `${served().url}${path}`);
      await untilLive(page);
      return page;
    },
    /** Send an event whose handler fails. */
    fail: (target: string) => served().send('scan_completed', { data: { scan_id: 'live', target } }),
    /** Send an event without a signature. */
    async reject(userAgent: string): Promise<void> {
      const { webhookUrl: url } = served();
      const { body } = await signedWebhook('scan_failed', { secret: 'unused', url });
      const headers = { 'content-type': 'application/json', 'user-agent': userAgent };
      await fetch(url, { method: 'POST', headers, body });
    },
  };
}

const rowOf = (page: Page, text: string) => page.locator('tbody tr', { hasText: text });
const keptRows = (page: Page) => page.locator('[data-region="kept"] tbody tr');

describeWithBrowser('live pages', () => {
  describe.each(stores)('on $name', ({ name, open: openStore }) => {
    const { siem, open, fail, reject } = useInspected(openStore);

    it(`shows a new group of dead letters and its count in two browsers, and removes it after a replay, on ${name}`, async () => {
      const [first, second] = [await open('dead-letters'), await open('dead-letters')];
      const link = (text: string) => second.getByRole('link', { name: `Dead letters${text}`, exact: true });
      await link('').waitFor();
      await fail('alpha.example');
      await link(' 1 to replay').waitFor();
      for (const page of [first, second]) await rowOf(page, 'alpha.example is down').waitFor();
      await fail('alpha.example');
      for (const page of [first, second]) {
        await rowOf(page, 'alpha.example').locator('.number', { hasText: /^2$/ }).waitFor();
        await page.getByText(/^2 deliveries\./).waitFor();
      }
      siem.isUp = true;
      await rowOf(first, 'alpha.example').getByRole('link', { name: 'Replay' }).click();
      await first.getByRole('button', { name: 'Replay 2 deliveries' }).click();
      await rowOf(second, 'alpha.example').waitFor({ state: 'detached' });
      await second.getByText('No dead letters.').waitFor();
      await link('').waitFor();
    });

    it(`shows a new rejected request and its count in two browsers on ${name}`, async () => {
      await reject('earlier/1.0');
      const pages = [await open('rejected'), await open('rejected')];
      await reject('later/1.0');
      for (const page of pages) {
        await page.locator('[data-key="missing_signature"] .number', { hasText: /^2$/ }).waitFor();
        await expect.poll(() => keptRows(page).count()).toBe(2);
      }
    });
  });

  describe('while the operator reads', () => {
    const { siem, served, open, fail, reject } = useInspected(() => {
      if (!sqlite) throw new Error('The store is missing');
      return sqlite.open();
    });

    it('updates the number in the question before a replay while the operator reads it', async () => {
      siem.isUp = false;
      await fail('asked.example');
      const page = await open('dead-letters');
      await rowOf(page, 'asked.example').getByRole('link', { name: 'Replay' }).click();
      await page.getByRole('button', { name: 'Replay 1 delivery' }).waitFor();
      await fail('asked.example');
      await page.getByRole('button', { name: 'Replay 2 deliveries' }).waitFor();
    });

    it('moves no group of dead letters while the operator reads', async () => {
      siem.isUp = false;
      for (let times = 0; times < 3; times++) await fail('first.example');
      await fail('read.example');
      const page = await open('dead-letters');
      const read = rowOf(page, 'read.example');
      await read.waitFor();
      await page.setViewportSize({ width: 1000, height: 240 });
      await page.evaluate(() => scrollTo(0, 60));
      const top = (await read.boundingBox())?.y;
      for (let times = 0; times < 2; times++) await fail('new.example');
      await page.getByRole('button', { name: '1 new' }).waitFor();
      siem.isUp = true;
      const { store } = served();
      const { deliveries } = await store.list({ state: 'dead', target: 'first.example' });
      for (const { key } of deliveries) await store.replay(key);
      await page.locator('tr[inert]', { hasText: 'first.example' }).waitFor();
      expect((await read.boundingBox())?.y).toBe(top);
      await page.getByRole('button', { name: '1 new' }).click();
      await rowOf(page, 'new.example').waitFor();
      expect(await rowOf(page, 'first.example').count()).toBe(0);
    });

    it('moves no rejected request while the operator reads', async () => {
      await reject('reader/1.0');
      const page = await open('rejected');
      const first = keptRows(page).first();
      const key = await first.getAttribute('data-key');
      await page.setViewportSize({ width: 1000, height: 300 });
      await page.evaluate(() => scrollTo(0, 80));
      const top = (await first.boundingBox())?.y;
      await reject('reader/1.1');
      const button = page.getByRole('button', { name: '1 new' });
      await button.waitFor();
      expect([await first.getAttribute('data-key'), (await first.boundingBox())?.y]).toEqual([key, top]);
      await button.click();
      await expect.poll(() => first.getAttribute('data-key')).not.toBe(key);
    });

    it('links a rejected request in two browsers to a newer one that arrives', async () => {
      await reject('client/1.0');
      const { latest } = await served().store.rejections();
      const path = `rejected/${latest[0]?.key}`;
      const pages = [await open(path), await open(path)];
      for (const page of pages) expect(await page.getByRole('link', { name: 'Newer' }).count()).toBe(0);
      await reject('client/2.0');
      for (const page of pages) {
        await page.getByRole('link', { name: 'Newer' }).click();
        await page.getByText('client/2.0').waitFor();
      }
    });
  });
});
