import type { Browser } from 'playwright-core';
import { afterAll, beforeAll } from 'vitest';
import {
  describeWithServer,
  findProgram,
  type RequiredServer,
  requireProgram,
} from '../../../../../test/support/servers/describe-with-server.ts';
import { launchChromium } from './launch-chromium.ts';

/** Chromium of Debian. */
const chromium: RequiredServer = { program: 'chromium', install: 'chromium' };

/** Define tests that need a browser. */
export function describeWithBrowser(name: string, define: () => void): void {
  describeWithServer(chromium, name, define);
}

/** Start one browser for the tests of a file. */
export function useBrowser(): () => Browser {
  let browser: Browser | undefined;
  beforeAll(async () => {
    if (findProgram(chromium) !== undefined) browser = await launchChromium(requireProgram(chromium));
  });
  afterAll(() => browser?.close());
  return () => {
    if (browser === undefined) throw new Error('The browser is not running');
    return browser;
  };
}
