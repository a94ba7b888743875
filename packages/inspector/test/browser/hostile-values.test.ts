import { createHash } from 'node:crypto';
import type { LogEntry } from '@spiderfoot-webhooks/core/stores';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { describeWithBrowser, useBrowser } from './support/chromium.ts';
import { type Inspected, inspect, recordAll, sqliteStore } from './support/inspected-store.ts';
import { openPage, overflow } from './support/pages.ts';

const browser = useBrowser();

/** Markup that would call `alert`, text that breaks layouts, and text that breaks parsers. */
const hostile: readonly string[] = [
  '<script>alert(1)</script>',
  '"><img src=x onerror=alert(1)>',
  "'><svg/onload=alert(1)>",
  '</td></tr></table><h1>broken</h1>',
  '</script><script>alert(1)</script>',
  'javascript:alert(1)',
  '<iframe srcdoc="<script>parent.alert(1)</script>">',
  '<style>*{display:none}</style>',
  '<base href="https://evil.example/">',
  '<meta http-equiv="refresh" content="0;url=https://evil.example">',
  '{{constructor.constructor("alert(1)")()}}',
  '&lt;b&gt;&amp;&#x3c;script&#x3e;',
  '\u202etxt.exe\u202c \u2066hidden\u2069',
  'a\u0000b\u0007c\u001b[31mred\u009b31m',
  'line\r\nevent: deliveries\r\ndata: {}\r\n\r\n',
  'Z͑ͫ̓ͪ̂ͫ̽͏̴̙̤̞͉͚̯̞̠͍A̴̵̜̰͔ͫ͗͢L̠ͨͧͩ͘G̴̻͈͍͔̹̑͗̎̅͛́Ǫ̵̹̻̝̳͂̌̌͘!͖̬̰̙̗̿̋ͥͥ̂ͣ̐́́͜͞'.repeat(4),
  'ﷺ﷽𒐫꧅'.repeat(40),
  '👨‍👩‍👧‍👦🏳️‍🌈'.repeat(60),
  'العربية עברית 日本語 ไทย',
  '\ud83d half a pair',
  'x'.repeat(10_000),
  'word '.repeat(2000),
  '../../../etc/passwd%00',
  '?#&=%2e%2e%2f',
  "Robert'); DROP TABLE webhook_logs;--",
  '__proto__',
];

describeWithBrowser('hostile values', () => {
  const { store, release } = sqliteStore();
  let inspected: Inspected;
  beforeAll(async () => {
    await recordAll(store, hostile.map(entry));
    inspected = await inspect(store, (receiver) => receiver.onAny(() => {}));
    const headers = hostile.map((value, index) => [`x-hostile-${index}`, headerText(value)] as const);
    const signed = { 'content-type': 'application/json', 'x-spiderfoot-signature': 'sha256=0000' };
    const object = Object.fromEntries(hostile.map((value) => [value, value]));
    for (const body of [JSON.stringify(object), hostile.join('\n')]) {
      const init = { method: 'POST', headers: { ...Object.fromEntries(headers), ...signed }, body };
      expect((await fetch(inspected.webhookUrl, init)).status).toBe(401);
    }
  });
  afterAll(async () => {
    await inspected?.close();
    release();
  });

  it.each([360, 1440])('are inert text that fits on every page at %i px', async (width) => {
    const page = await openPage(browser(), `${inspected.url}deliveries`, {
      viewport: { width, height: 900 },
    });
    const { deliveries } = await store.list({ limit: 1000 });
    const { latest } = await store.rejections();
    expect(latest).toHaveLength(2);
    const paths = [
      'deliveries',
      'rejected',
      ...latest.map(({ key }) => `rejected/${key}`),
      ...deliveries.map(({ key }) => `deliveries/${key}`),
      ...hostile.map((value) => `deliveries?${new URLSearchParams({ target: value.slice(0, 2000) })}`),
    ];
    const wide: string[] = [];
    for (const path of paths) {
      await page.goto(`${inspected.url}${path}`, { waitUntil: 'domcontentloaded' });
      if ((await overflow(page)) > 0) wide.push(path);
    }
    expect(wide).toEqual([]);
    expect(await page.locator('iframe, main script, main style, main img, base').count()).toBe(0);
  });
});

/** The value as an HTTP header can contain it. All headers together have at most 16 KiB. */
function headerText(value: string): string {
  return Buffer.from(value.replaceAll(/\p{Cc}/gu, ' '))
    .toString('latin1')
    .slice(0, 400);
}

/** A failed delivery with the value in each field that a sender, or the error of a handler, can set. */
function entry(value: string, index: number): LogEntry {
  // Half a surrogate pair cannot be stored as UTF-8.
  const text = Buffer.from(value).toString();
  const data = { scan_id: text, target: text, [text]: { [text]: [text] } };
  const event = { event_type: text, timestamp: text, source: text, data, metadata: {} };
  return {
    ...{ id: createHash('sha256').update(`${index}`).digest('hex').slice(0, 32), endpoint: 'default' },
    ...{ receivedAt: new Date(Date.now() - index * 1000), ip: '192.0.2.1', eventType: text },
    ...{ dialect: 'guide', scanId: text, target: text, body: Buffer.from(JSON.stringify(event)) },
    ...{
      state: 'failed',
      attempt: 1,
      succeeded: [],
      error: text,
      failures: [{ handler: text, error: text }],
    },
  };
}
