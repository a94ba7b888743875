import { type Browser, chromium } from 'playwright-core';

/**
 * Start Chromium. It makes no request of its own.
 * @param path the path of its program
 * @param env additional environment variables
 */
export function launchChromium(path: string, env: Readonly<Record<string, string>> = {}): Promise<Browser> {
  return chromium.launch({
    executablePath: path,
    env: { ...process.env, ...env },
    args: [
      ...['--no-sandbox', '--disable-gpu', '--disable-quic', '--no-first-run'],
      ...['--disable-background-networking', '--disable-component-update', '--disable-sync'],
    ],
  });
}
