import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { fixedFonts } from '../../../packages/inspector/test/browser/support/fixed-fonts.ts';
import { launchChromium } from '../../../packages/inspector/test/browser/support/launch-chromium.ts';
import { requireProgram } from '../../support/servers/describe-with-server.ts';

const images = fileURLToPath(new URL('../../../docs/images/', import.meta.url));
/** The largest image, in bytes. */
const limit = 300_000;

/** A page that is drawn by a script. */
export interface Picture {
  /** The name of the file in docs/images. */
  readonly file: string;
  /** The width of the page, in CSS pixels. The image has twice as many. */
  readonly width: number;
  readonly css: string;
  readonly html?: string;
  /** Defines the global function `draw`. */
  readonly script?: string;
  /** The argument of `draw`. */
  readonly data?: unknown;
}

/** Draw a page in Chromium, and save it as a small PNG file. */
export async function takePicture({ file, width, css, html = '', script, data }: Picture): Promise<void> {
  const folder = mkdtempSync(join(tmpdir(), 'picture-'));
  const chromium = requireProgram({ program: 'chromium', install: 'chromium' });
  const browser = await launchChromium(chromium, fixedFonts(folder));
  const path = join(images, file);
  try {
    const page = await browser.newPage({
      viewport: { width, height: 400 },
      deviceScaleFactor: 2,
      timezoneId: 'UTC',
    });
    await page.setContent(`<!doctype html><meta charset="utf-8"><style>${css}</style><body>${html}</body>`);
    if (script !== undefined) {
      await page.addScriptTag({ content: script });
      await page.evaluate(`draw(${JSON.stringify(data)})`);
    }
    // uPlot draws in a later task.
    await page.evaluate(() => new Promise((resolve) => setTimeout(resolve, 100)));
    await page.screenshot({ path, fullPage: true });
  } finally {
    await browser.close();
    rmSync(folder, { recursive: true });
  }
  const pngquant = requireProgram({ program: 'pngquant', install: 'pngquant' });
  const reduced = spawnSync(pngquant, [
    '--force',
    '--strip',
    '--nofs',
    '--speed',
    '1',
    '--output',
    path,
    '48',
    path,
  ]);
  if (reduced.status !== 0) throw new Error(`pngquant failed:\n${reduced.stderr}`);
  if (statSync(path).size > limit) throw new Error(`${path} exceeds ${limit} bytes`);
}
