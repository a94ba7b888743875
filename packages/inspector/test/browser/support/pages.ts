import type { Browser, BrowserContextOptions, Page } from 'playwright-core';
import { expect, onTestFinished } from 'vitest';
import { watchNavigation } from './navigation.ts';

/** The time in which the page must show something, in milliseconds. It is long, because the machine may be busy. */
const patience = 15_000;

/**
 * Open a page of the inspector in a context of its own. When the test ends, the page must have no console message of the
 * levels error and warning, no violation of its security policy, and no request to another host.
 * @param expected matches messages that the test causes
 */
export async function openPage(
  browser: Browser,
  url: string,
  options: BrowserContextOptions = {},
  expected?: RegExp,
): Promise<Page> {
  const context = await browser.newContext({ viewport: { width: 1440, height: 900 }, ...options });
  context.setDefaultTimeout(patience);
  const page = await context.newPage();
  const problems = watch(page, new URL(url).host);
  const untilLoaded = watchNavigation(page, patience);
  onTestFinished(async () => {
    if (!page.isClosed()) await untilLoaded();
    await context.close();
    expect(problems.filter((problem) => !expected?.test(problem))).toEqual([]);
  });
  await page.goto(url);
  return page;
}

/** Collect what must not happen on a page. Violations of the policy are console errors. */
function watch(page: Page, host: string): readonly string[] {
  const problems: string[] = [];
  page.on('console', (message) => {
    if (['error', 'warning'].includes(message.type())) problems.push(`${message.type()}: ${message.text()}`);
  });
  page.on('pageerror', (error) => problems.push(`exception: ${error.message}`));
  page.on('request', (request) => {
    const { protocol, host: requested } = new URL(request.url());
    if (protocol !== 'data:' && requested !== host) problems.push(`request: ${request.url()}`);
  });
  page.on('dialog', (dialog) => {
    problems.push(`dialog: ${dialog.message()}`);
    void dialog.dismiss();
  });
  return problems;
}

/** Wait until the page receives live events. */
export async function untilLive(page: Page): Promise<void> {
  await page.locator('[data-live-state="live"]').waitFor();
}

/** The number of pixels by which the page is wider than its window. */
export function overflow(page: Page): Promise<number> {
  return page.evaluate(() => document.documentElement.scrollWidth - document.documentElement.clientWidth);
}
