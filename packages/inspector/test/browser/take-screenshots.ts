/** Takes the screenshots of the docs, from a store with sample deliveries: `npm run screenshots`. */
import { mkdirSync, mkdtempSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { Browser } from 'playwright-core';
import { openFilledStore } from './support/filled-store.ts';
import { launchChromium } from './support/launch-chromium.ts';

const chromium = '/usr/bin/chromium';
const images = fileURLToPath(new URL('../../../../docs/images', import.meta.url));
/** The largest image, in bytes. */
const limit = 250_000;

/** Pages by the name of their image, and the widths at which they are shown. */
const shown = { delivery: [1440, 360] } as const;

/** Inter and JetBrains Mono (Debian: fonts-inter, fonts-jetbrains-mono), so that images do not depend on the machine. */
const fonts = `<?xml version="1.0"?>
<!DOCTYPE fontconfig SYSTEM "fonts.dtd">
<fontconfig>
  <include>/etc/fonts/fonts.conf</include>
  ${replaced('sans', 'Inter')}
  ${replaced('sans-serif', 'Inter')}
  ${replaced('DejaVu Sans', 'Inter')}
  ${replaced('ui-monospace', 'JetBrains Mono')}
</fontconfig>`;

function replaced(family: string, by: string): string {
  return `<match target="pattern"><test name="family"><string>${family}</string></test>
    <edit name="family" mode="assign" binding="strong"><string>${by}</string></edit></match>`;
}

const folder = mkdtempSync(join(tmpdir(), 'screenshots-'));
const fontFile = join(folder, 'fonts.conf');
writeFileSync(fontFile, fonts);
mkdirSync(images, { recursive: true });
const filled = await openFilledStore({ deliveries: 8000, deadLetters: 5 });
const browser = await launchChromium(chromium, { FONTCONFIG_FILE: fontFile });
try {
  for (const [name, widths] of Object.entries(shown)) {
    for (const width of widths) {
      for (const colorScheme of ['light', 'dark'] as const) {
        await take(browser, `${filled.url}${filled.paths[name]}`, name, width, colorScheme);
      }
    }
  }
} finally {
  await browser.close();
  await filled.close();
  rmSync(folder, { recursive: true });
}

async function take(
  browser: Browser,
  url: string,
  name: string,
  width: number,
  colorScheme: 'light' | 'dark',
): Promise<void> {
  const viewport = { width, height: width < 720 ? 800 : 900 };
  const context = await browser.newContext({ viewport, colorScheme, timezoneId: 'Europe/Berlin' });
  const page = await context.newPage();
  await page.goto(url, { waitUntil: 'load' });
  const path = join(images, `inspector-${name}-${width}-${colorScheme}.png`);
  await page.screenshot({ path });
  await context.close();
  if (statSync(path).size > limit) throw new Error(`${path} exceeds ${limit} bytes`);
}
