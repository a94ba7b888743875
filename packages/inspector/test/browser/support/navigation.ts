import type { Page, Request } from 'playwright-core';
import { expect } from 'vitest';

/**
 * Watch how a page navigates. The returned function resolves when no navigation is under way and the page is loaded.
 *
 * A page that has a `pagehide` listener and is closed while a navigation commits never closes
 * (https://issues.chromium.org/issues/536385539).
 * @param timeout in milliseconds
 */
export function watchNavigation(page: Page, timeout: number): () => Promise<void> {
  let underWay: Request | undefined;
  page.on('request', (request) => {
    if (request.isNavigationRequest() && request.frame() === page.mainFrame()) underWay = request;
  });
  page.on('framenavigated', (frame) => {
    if (frame === page.mainFrame()) underWay = undefined;
  });
  page.on('requestfailed', (request) => {
    if (request === underWay) underWay = undefined;
  });
  return async () => {
    await expect.poll(() => underWay?.url(), { timeout }).toBeUndefined();
    await page.waitForLoadState();
  };
}
