import { expect, it } from 'vitest';
import type { Store } from '../../src/index.ts';
import { open, query, temporaryPath } from '../support/temporary-files.ts';
import { createStored } from '../support/webhooks.ts';

/** The newest rows whose bodies are searched before the index. */
const checkedFirst = 1000;

const texts = [
  'www.Example.com, 192.0.2.7 and 2001:db8::1',
  'admin+scans@example.co.uk',
  'CVE-2024-3094 in xz_5.6.0 (liblzma.so.5)',
  'Zürich Zu\u0308rich ZÜRICH zurich',
  'Straße STRASSE strasse',
  'ﬁle of the oﬃce, ½ and ①',
  'İstanbul ISTANBUL ıstanbul',
  'ΟΔΟΣ οδός οδοσ',
  '東京都 のサーバー, 서울 서버, ไทย',
  'אבג العربـية',
  'soft\u00adhyphen zero\u200bwidth join\u200der',
  'one "AND" two OR NOT three NEAR four*',
  "it's (a) [list] {of} <marks> & more: 50% #1 @home",
  '👩‍💻 😀 é e\u0301 n\u0303',
  'snake_case camelCase kebab-case',
  '\\u00fc \\n \\t C:\\\\Windows\\\\System32',
];

const searches = [
  ...texts.flatMap((text) => [text, ...text.split(/[\s,.:;()"]+/)]),
  ...['exam', 'EXAMPLE', 'xampl', '192.0', '2001:db8', 'cve-2024', '3094', 'xz', '5.6.0', 'zur', 'strass'],
  ...[
    'file',
    'office',
    'ist',
    'οδοσ',
    '東京',
    '서울',
    'اب',
    'soft',
    'hyphen',
    'and',
    'near',
    'four',
    'four*',
  ],
  ...[
    'it',
    's',
    '50',
    '1',
    'home',
    'e',
    'n',
    'snake',
    'case',
    'kebab',
    'u00fc',
    'windows system32',
    '"',
    '*',
    '-',
  ],
].filter((search) => search.trim() !== '');

async function found(store: Store, text: string): Promise<readonly (string | undefined)[]> {
  const { deliveries } = await store.list({ text, limit: 100 });
  return deliveries.map(({ scanId }) => scanId);
}

it('the index of words finds the same deliveries as a search in their bodies', async () => {
  const path = temporaryPath();
  const [inBodies, inIndex] = [open(temporaryPath()), open(path)];
  for (const store of [inBodies, inIndex]) {
    for (const [number, text] of texts.entries())
      await store.enqueue(
        createStored({ scanId: String(number), body: Buffer.from(JSON.stringify({ text })) }),
      );
  }
  const newer = Array.from({ length: checkedFirst }, () => createStored({ body: Buffer.from('{}') }));
  await Promise.all(newer.map((delivery) => inIndex.enqueue(delivery)));
  const expected = new Map<string, readonly (string | undefined)[]>();
  const actual = new Map<string, readonly (string | undefined)[]>();
  for (const search of searches) {
    expected.set(search, await found(inBodies, search));
    actual.set(search, await found(inIndex, search));
  }
  expect(Object.fromEntries(actual)).toEqual(Object.fromEntries(expected));
  // Each text was found by one of its words, and the index was complete.
  expect(new Set([...expected.values()].flat()).size).toBe(texts.length);
  const indexed = query(path, 'SELECT count(*) AS count FROM webhook_search_docsize');
  expect(indexed).toEqual([{ count: texts.length + checkedFirst }]);
});
