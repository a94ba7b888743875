import { RetryLaterError } from '@spiderfoot-webhooks/core';
import { afterAll, beforeAll, expect, it, vi } from 'vitest';
import { describeWithBrowser, useBrowser } from './support/chromium.ts';
import { type Inspected, inspect, sqliteStore } from './support/inspected-store.ts';
import { openPage } from './support/pages.ts';

/** A busy machine may need longer than the default. */
const waiting = { timeout: 15_000 };

const browser = useBrowser();

describeWithBrowser('a retry after an outage', () => {
  let inspected: Inspected;
  let release = () => {};
  let isDown = true;
  beforeAll(async () => {
    const opened = sqliteStore(5);
    release = opened.release;
    inspected = await inspect(opened.store, (receiver) =>
      receiver.onAny(
        () => (isDown ? Promise.reject(new RetryLaterError(3600, 'HTTP 503')) : Promise.resolve()),
        { name: 'siem' },
      ),
    );
    // Equal bodies would be duplicates.
    for (let n = 1; n <= 5; n++) await inspected.send('scan_failed', { timestamp: new Date(Date.now() - n) });
    await vi.waitFor(async () => expect((await inspected.store.health()).delayed).toBe(5), waiting);
    isDown = false;
  });
  afterAll(async () => {
    await inspected?.close();
    release();
  });

  const open = (path: string) => openPage(browser(), `${inspected.url}${path}`);
  const stateOf = async (key: string) => (await inspected.store.get(key))?.state;

  it('runs one delivery now, and its page shows the result', async () => {
    const page = await open('deliveries/1');
    await page.getByRole('button', { name: 'Retry now' }).click();
    await page.getByText('which begins now').waitFor();
    await expect.poll(() => stateOf('1')).toBe('processed');
    await page.getByRole('button', { name: 'Replay all handlers' }).waitFor();
    expect(await stateOf('2')).toBe('queued');
  });

  it('runs the selected deliveries, and then all others of the list, each after a confirmation', async () => {
    const page = await open('deliveries?state=queued');
    for (const key of ['2', '3']) await page.locator(`input[name="key"][value="${key}"]`).check();
    await page.getByRole('button', { name: 'Retry now' }).click();
    await page.getByText('Retry 2 deliveries now?').waitFor();
    await page.getByRole('dialog').getByRole('button', { name: 'Retry now' }).click();
    await page.getByText('2 deliveries were waiting for a retry').waitFor();
    for (const key of ['2', '3']) await expect.poll(() => stateOf(key)).toBe('processed');
    expect(await stateOf('4')).toBe('queued');
    await page.getByRole('button', { name: 'Retry all now' }).click();
    await page.getByRole('dialog').getByRole('button', { name: 'Retry all now' }).click();
    await page.getByText(/2 deliveries were waiting for a retry/).waitFor();
    for (const key of ['4', '5']) await expect.poll(() => stateOf(key)).toBe('processed');
  });
});
