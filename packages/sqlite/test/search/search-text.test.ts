import { describe, expect, it } from 'vitest';
import { openStore, type Store } from '../../src/index.ts';
import { downgrade } from '../support/older-file.ts';
import { python } from '../support/processes.ts';
import { open, query, temporaryPath, until } from '../support/temporary-files.ts';
import { createStored } from '../support/webhooks.ts';

/** Bodies as Python's `json.dumps` writes them. */
function dumps(expression: string): string {
  return python(`import json, sys; sys.stdout.write(json.dumps(${expression}))`);
}

async function enqueue(store: Store, ...bodies: readonly string[]): Promise<void> {
  for (const body of bodies) await store.enqueue(createStored({ body: Buffer.from(body) }));
}

async function numbersOf(store: Store, text: string): Promise<readonly number[]> {
  return (await store.list({ text })).deliveries.map(({ key }) => Number(key)).toReversed();
}

const found = [
  ['a name in another alphabet', `{"target": "Zürich"}`, ['Zürich', 'zürich', 'Zuri', 'zür']],
  ['a word behind a line break', `{"banner": "first\\nsecond"}`, ['second', 'first', 'first second']],
  ['a word behind a tab', `{"banner": "first\\tsecond\\rthird"}`, ['second', 'third']],
  ['a word behind control characters', `{"banner": "a\\bb\\x0cc\\x00last"}`, ['last']],
  ['a word beside an emoji', `{"banner": "🔥alarm🔥"}`, ['alarm', '🔥', '🔥alarm']],
  ['an emoji', `{"banner": "it burns 🔥"}`, ['🔥', 'burns 🔥']],
  ['a flag and a family', `{"banner": "🇨🇭 👨‍👩‍👧"}`, ['🇨🇭', '👨‍👩‍👧', '👧']],
  ['a symbol', `{"banner": "20°C ©ACME"}`, ['20°C', 'ACME', '©ACME']],
  [
    'a word beside half an emoji',
    `{"target": "cut \\ud83d.example"}`,
    ['cut', 'example', 'cut \ud83d.example'],
  ],
  ['a word behind half an emoji', `{"target": "\\udc80banner"}`, ['banner']],
  ['a key', `{"größe": {"ключ\\nzwei": 1}}`, ['größe', 'ключ', 'zwei']],
  ['a quoted word', `{"banner": "say \\"hello\\" C:\\\\\\\\new"}`, ['hello', 'new', 'say "hello"']],
  ['a solidus', `{"path": "/etc/größe"}`, ['größe', '/etc']],
  ['a word beside NaN', `{"score": float("nan"), "target": "Zürich"}`, ['Zürich', 'NaN']],
  ['a word in Greek and one in Japanese', `{"a": "Ωμέγα 日本"}`, ['Ωμέγα', '日本']],
] as const;

describe('A search', () => {
  it.each(found)('finds %s in a body that Python wrote', async (_, expression, searches) => {
    const store = open(temporaryPath());
    await enqueue(store, dumps('{"nothing": 1}'), dumps(expression), dumps('{"other": 2}'));
    for (const text of searches) expect([text, await numbersOf(store, text)]).toEqual([text, [2]]);
  });

  it.each([
    ['u00fcrich', `{"target": "Zürich"}`],
    ['nsecond', `{"banner": "first\\nsecond"}`],
    ['🔥', `{"banner": "🌊"}`],
    ['🔥', `{"banner": "ud83d"}`],
  ])('does not find %s in %s', async (text, expression) => {
    const store = open(temporaryPath());
    await enqueue(store, dumps(expression));
    expect(await numbersOf(store, text)).toEqual([]);
  });

  it('accepts a repeated word, and rejects more than 1000 different words', async () => {
    const store = open(temporaryPath());
    await enqueue(store, '{"target":"example.com"}');
    expect(await numbersOf(store, 'example '.repeat(100_000))).toEqual([1]);
    const words = Array.from({ length: 1001 }, (_, n) => `w${n}`);
    expect(await numbersOf(store, words.slice(1).join(' '))).toEqual([]);
    await expect(numbersOf(store, words.join(' '))).rejects.toMatchObject({
      name: 'ConfigurationError',
      option: 'text',
    });
  });

  it('finds words in a body without escapes, and in one that is not JSON', async () => {
    const store = open(temporaryPath());
    await enqueue(store, '{"target":"Zürich 🔥"}', 'C:\\new \\n "open\\nend', '"\\', '\\');
    expect(await numbersOf(store, 'Zürich')).toEqual([1]);
    expect(await numbersOf(store, '🔥')).toEqual([1]);
    expect(await numbersOf(store, 'C:\\new')).toEqual([2]);
    expect(await numbersOf(store, 'end')).toEqual([2]);
  });

  it('finds an escape that is copied from a raw body', async () => {
    const store = open(temporaryPath());
    await enqueue(store, dumps('{"target": "Zürich"}'));
    expect(await numbersOf(store, 'Z\\u00fcrich')).toEqual([1]);
  });
});

/** Writes the index of file version 2: the raw text of the bodies. */
async function versionTwo(...bodies: readonly string[]): Promise<string> {
  const path = temporaryPath();
  const store = openStore(path);
  await enqueue(store, ...bodies);
  await store.close();
  query(path, 'DELETE FROM webhook_search');
  query(path, 'INSERT INTO webhook_search (rowid, payload) SELECT id, payload FROM webhook_logs');
  downgrade(path, 2);
  return path;
}

const outdated = 'SELECT outdated_index AS number FROM webhook_file';

describe('The index of a file of version 2', () => {
  it('is rewritten in slices before a search is answered', async () => {
    const plain = Array.from({ length: 1200 }, (_, n) => `{"n":${n}}`);
    const path = await versionTwo(dumps('{"target": "Zürich"}'), ...plain, dumps('{"target": "Genève"}'));
    const store = open(path);
    expect(query(path, outdated)).toEqual([{ number: 1202 }]);
    expect(await numbersOf(store, 'Zürich')).toEqual([1]);
    expect(await numbersOf(store, 'Genève')).toEqual([1202]);
    expect(await numbersOf(store, 'u00fcrich')).toEqual([]);
    expect(await numbersOf(store, 'target')).toEqual([1, 1202]);
    expect(query(path, outdated)).toEqual([{ number: 0 }]);
    expect(query(path, 'SELECT count(*) AS count FROM webhook_search_docsize')).toEqual([{ count: 1202 }]);
  });

  it('is rewritten in the background without a search or a delivery', async () => {
    const path = await versionTwo(dumps('{"target": "Zürich"}'));
    open(path);
    await until(() => expect(query(path, outdated)).toEqual([{ number: 0 }]));
    expect(query(path, 'SELECT rowid AS id FROM webhook_search(\'"zurich"\')')).toEqual([{ id: 1 }]);
  });

  it('continues where a closed process stopped', async () => {
    const body = dumps('{"target": "Zürich"}');
    const path = await versionTwo(...Array.from({ length: 20 }, () => body));
    await openStore(path).close();
    query(path, 'UPDATE webhook_file SET outdated_index = 10');
    open(path);
    await until(() => expect(query(path, outdated)).toEqual([{ number: 0 }]));
    const rewritten = Array.from({ length: 10 }, (_, n) => ({ id: n + 1 }));
    expect(query(path, 'SELECT rowid AS id FROM webhook_search(\'"zurich"\')')).toEqual(rewritten);
  });

  it('does not restore deliveries that are deleted in the meantime', async () => {
    const body = dumps('{"target": "Zürich"}');
    const path = await versionTwo(body, body, body);
    query(path, 'DELETE FROM webhook_search WHERE rowid = 2');
    query(path, 'DELETE FROM webhook_logs WHERE id = 2');
    const store = open(path);
    expect(await numbersOf(store, 'Zürich')).toEqual([1, 3]);
    expect(query(path, 'SELECT id FROM webhook_search_docsize ORDER BY id')).toEqual([{ id: 1 }, { id: 3 }]);
  });
});
