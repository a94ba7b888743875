/** Takes the screenshots of the docs, from a store with sample deliveries: `npm run screenshots`. */
import { mkdirSync, mkdtempSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { Browser } from 'playwright-core';
import { openFilledStore } from './support/filled-store.ts';
import { fixedFonts } from './support/fixed-fonts.ts';
import { launchChromium } from './support/launch-chromium.ts';

const chromium = '/usr/bin/chromium';
const images = fileURLToPath(new URL('../../../../docs/images', import.meta.url));
/** The largest image, in bytes. */
const limit = 200_000;

/** The pages, their largest height, and the images that the docs show: widths and color schemes. */
const shown = {
  'overview of a week': { height: 1200, images: ['1440-light', '1440-dark', '360-light'] },
  deliveries: { height: 800, images: ['1440-light'] },
  delivery: { height: 900, images: ['1440-light', '360-dark'] },
  'dead letters': { height: 900, images: ['1440-light'] },
  rejected: { height: 800, images: ['1440-light'] },
  'a rejected request': { height: 900, images: ['1440-light'] },
  'try it': { height: 900, images: ['1440-light'] },
} as const;
/** The space below a page that is lower than its image, in pixels. */
const margin = 32;

const folder = mkdtempSync(join(tmpdir(), 'screenshots-'));
mkdirSync(images, { recursive: true });
const filled = await openFilledStore({ deliveries: 8000, deadLetters: 9, rejected: 12 });
const browser = await launchChromium(chromium, fixedFonts(folder));
try {
  for (const name of namesOf(shown)) {
    for (const image of shown[name].images) await take(browser, name, image);
  }
} finally {
  await browser.close();
  await filled.close();
  rmSync(folder, { recursive: true });
}

function namesOf<Name extends string>(record: Readonly<Record<Name, unknown>>): readonly Name[] {
  // The record has no other keys.
  return Object.keys(record) as Name[];
}

async function take(
  browser: Browser,
  name: keyof typeof shown,
  view: `${number}-${'light' | 'dark'}`,
): Promise<void> {
  const width = Number.parseInt(view, 10);
  const colorScheme = view.endsWith('dark') ? 'dark' : 'light';
  const viewport = { width, height: width < 720 ? 800 : shown[name].height };
  const context = await browser.newContext({ viewport, colorScheme, timezoneId: 'Europe/Berlin' });
  const page = await context.newPage();
  await page.goto(`${filled.url}${filled.paths[name]}`, { waitUntil: 'load' });
  await page.locator('[data-live-state="live"], body:not([data-live])').waitFor();
  await page.getByText('Not diagnosed yet').first().waitFor({ state: 'detached', timeout: 90_000 });
  const image = name.replace(' of a week', '').replace('a rejected', 'rejected').replace(' ', '-');
  const path = join(images, `inspector-${image}-${view}.png`);
  const content = await page
    .locator('main > :last-child')
    .evaluate((last) => last.getBoundingClientRect().bottom);
  const height = Math.min(viewport.height, Math.ceil(content) + margin);
  await page.screenshot({ path, clip: { x: 0, y: 0, width, height } });
  await context.close();
  if (statSync(path).size > limit) throw new Error(`${path} exceeds ${limit} bytes`);
}
