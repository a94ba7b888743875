import { readFile } from 'node:fs/promises';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { describeWithBrowser, useBrowser } from './support/chromium.ts';
import { createDeadLetters } from './support/dead-letters.ts';
import { type Inspected, inspect, recordAll, secret } from './support/inspected-store.ts';
import { openPage } from './support/pages.ts';
import { sendRejectedRequests } from './support/rejected-requests.ts';
import { sampleDeliveries } from './support/sample-deliveries.ts';
import { useStores } from './support/test-stores.ts';

const browser = useBrowser();
const stores = useStores();

describeWithBrowser('the pages', () => {
  describe.each(stores)('on $name', ({ name, open: openStore }) => {
    let inspected: Inspected;
    beforeAll(async () => {
      const store = openStore();
      const until = new Date(Date.now() - 3_600_000);
      await recordAll(store, sampleDeliveries({ count: 80, until, hours: 24 }));
      await createDeadLetters(store, 6);
      inspected = await inspect(store, (receiver) => receiver.onAny(() => {}, { name: 'siem' }));
      await sendRejectedRequests(inspected);
    });
    afterAll(() => inspected?.close());

    const open = (path: string) => openPage(browser(), `${inspected.url}${path}`);

    it(`filters without loading the document again, and the back button removes the filter, on ${name}`, async () => {
      const page = await open('deliveries');
      await page.evaluate(() => document.body.classList.add('same-document'));
      await page.getByLabel('State').selectOption('dead');
      await page.waitForURL(/state=dead/);
      await expect.poll(() => page.locator('[data-rows] tr').count()).toBe(6);
      await page.goBack();
      await expect.poll(() => page.locator('[data-rows] tr').count()).toBe(50);
      expect(await page.locator('body.same-document').count()).toBe(1);
    });

    it(`finds a delivery by its text, and keeps the search focused, on ${name}`, async () => {
      const page = await open('deliveries');
      const search = page.locator('input[type="search"]');
      await search.fill('VULNERABILITY_CVE_HIGH');
      await search.press('Enter');
      await page.waitForURL(/text=VULNERABILITY_CVE_HIGH/);
      await page.locator('.chip').first().waitFor();
      expect(await search.evaluate((field) => field === document.activeElement)).toBe(true);
      const found = await page.locator('[data-rows] .type a').allTextContents();
      expect(new Set(found)).toEqual(new Set(['vulnerability_found']));
    });

    it(`replays the selected deliveries after a confirmation on ${name}`, async () => {
      const { deliveries } = await inspected.store.list({ state: 'dead', limit: 2 });
      const page = await open('deliveries?state=dead');
      for (const { key } of deliveries) await page.locator(`input[name="key"][value="${key}"]`).check();
      await page.getByText('2 selected').waitFor();
      await page.getByRole('button', { name: 'Replay' }).click();
      await page.getByRole('dialog').getByRole('button', { name: 'Replay' }).click();
      await page.waitForURL(/replayed=2/);
      for (const { key } of deliveries) {
        await expect.poll(async () => (await inspected.store.get(key))?.state).toBe('processed');
      }
    });

    it(`replays nothing if the confirmation is canceled on ${name}`, async () => {
      const { deliveries } = await inspected.store.list({ state: 'dead', limit: 1 });
      const key = deliveries[0]?.key ?? '';
      const page = await open('deliveries?state=dead');
      await page.locator(`input[name="key"][value="${key}"]`).check();
      await page.getByRole('button', { name: 'Replay' }).click();
      await page.getByRole('button', { name: 'Cancel' }).click();
      await page.getByRole('dialog').waitFor({ state: 'detached' });
      expect((await inspected.store.get(key))?.state).toBe('dead');
    });

    it(`shows a delivery, folds its JSON and copies it on ${name}`, async () => {
      const page = await open('deliveries?state=processed');
      await page.context().grantPermissions(['clipboard-read', 'clipboard-write']);
      await page.locator('[data-rows] .type a').first().click();
      const fold = page.locator('[data-fold]');
      await fold.click();
      expect(await page.locator('.json details details[open]').count()).toBe(0);
      await fold.click();
      expect(await page.locator('.json details details[open]').count()).toBeGreaterThan(0);
      await page.locator('[data-copy]').first().click();
      await page.getByRole('status').getByText('Copied').waitFor();
      expect(await page.evaluate(() => navigator.clipboard.readText())).not.toBe('');
    });

    it(`exports the filtered deliveries as a file on ${name}`, async () => {
      const page = await open('deliveries?target=shop.acme.example');
      const { deliveries } = await inspected.store.list({ target: 'shop.acme.example', limit: 1000 });
      const [download] = await Promise.all([
        page.waitForEvent('download'),
        page.getByRole('link', { name: 'Export JSON lines' }).click(),
      ]);
      expect(download.suggestedFilename()).toBe('deliveries.jsonl');
      const lines = (await readFile(await download.path(), 'utf8')).trimEnd().split('\n');
      expect(lines.map((line) => JSON.parse(line).key)).toEqual(deliveries.map(({ key }) => key));
    });

    it(`replays a group of dead letters after it shows their number on ${name}`, async () => {
      const page = await open('dead-letters');
      const row = page.locator('tbody tr', { hasText: 'ETIMEDOUT' });
      const count = Number(await row.locator('.number').textContent());
      expect(count).toBeGreaterThan(0);
      await row.getByRole('link', { name: 'Replay' }).click();
      const replay = page.getByRole('button', { name: new RegExp(`^Replay ${count} deliver`) });
      await replay.waitFor();
      const { deliveries: dead } = await inspected.store.list({ state: 'dead' });
      await replay.click();
      await page.waitForURL(new RegExp(`replayed=${count}&`));
      expect(await page.locator('tbody tr', { hasText: 'ETIMEDOUT' }).count()).toBe(0);
      const isProcessed = async (key: string) => (await inspected.store.get(key))?.state === 'processed';
      await expect
        .poll(async () => (await Promise.all(dead.map(({ key }) => isProcessed(key)))).filter(Boolean).length)
        .toBe(count);
    });

    it(`sends a test event and opens its delivery on ${name}`, async () => {
      const page = await open('try-it');
      await page.getByLabel('Event type').fill('malware_detected');
      await page.getByLabel('Sender').selectOption('shipped');
      await page.getByRole('button', { name: 'Send a test event' }).click();
      const link = page.locator('.notice a');
      await link.click();
      const { deliveries } = await inspected.store.list({ limit: 1 });
      await page.waitForURL(`**/deliveries/${deliveries[0]?.key}`);
      expect(await page.getByRole('heading', { level: 1 }).textContent()).toBe('malware_detected');
      await page.getByText('"test"').first().waitFor();
    });

    it(`diagnoses a kept request whose body a proxy has formatted on ${name}`, async () => {
      const page = await open('rejected');
      const row = page.locator('tr', { hasText: 'One side parsed the body and serialized it again' });
      await row.getByRole('link', { name: 'invalid_signature' }).click();
      await page.waitForURL(/rejected\/[^/]+$/);
      await page.locator('[data-diagnosis="explained"]').waitFor();
      expect(await page.getByText(secret).count()).toBe(0);
    });
  });
});
