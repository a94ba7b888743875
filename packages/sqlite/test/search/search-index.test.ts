import { describe, expect, it, onTestFinished } from 'vitest';
import { type Database, openDatabase } from '../../src/database/database.ts';
import { enqueueDelivery } from '../../src/queue/enqueue.ts';
import { createSearchIndex } from '../../src/search/search-index.ts';
import { open, temporaryPath } from '../support/temporary-files.ts';
import { createStored } from '../support/webhooks.ts';

/** Index bodies of these lengths. @returns the lengths of the bodies that each commit indexes */
async function slicesOf(lengths: readonly number[]): Promise<readonly (readonly number[])[]> {
  const db = openDatabase(temporaryPath(), { readOnly: false, mustExist: false }, (error) =>
    expect(error).toBeUndefined(),
  );
  onTestFinished(() => db.close());
  await db.write(() => {
    for (const length of lengths) {
      const body = Buffer.from('word '.repeat(Math.ceil(length / 5)).slice(0, length));
      enqueueDelivery(db, createStored({ body }), Date.now());
    }
  });
  const indexed = () =>
    (db.statement('SELECT count(*) AS count FROM webhook_search_docsize').get() as { count: number }).count;
  const slices: (readonly number[])[] = [];
  const write: Database['write'] = (run) =>
    db.write(() => {
      const before = indexed();
      const result = run();
      slices.push(lengths.slice(before, indexed()));
      return result;
    });
  await createSearchIndex({ ...db, write }).catchUp();
  expect(slices.flat()).toEqual(lengths);
  return slices;
}

/** Characters of a body that are searched. */
const searched = 65_536;
const charactersOf = (slice: readonly number[]) =>
  slice.reduce((sum, length) => sum + Math.min(length, searched), 0);

describe('A slice of the search index', () => {
  it('contains one body of a megabyte at a time', async () => {
    const slices = await slicesOf(Array.from({ length: 6 }, () => 1024 * 1024));
    expect(slices.map((slice) => slice.length)).toEqual([1, 1, 1, 1, 1, 1, 0]);
  });

  it('contains only the beginning of a body', async () => {
    const store = open(temporaryPath());
    await store.enqueue(createStored({ body: Buffer.from(`first ${'x '.repeat(searched)} last`) }));
    expect((await store.list({ text: 'first' })).deliveries).toHaveLength(1);
    expect((await store.list({ text: 'last' })).deliveries).toEqual([]);
  });

  it('is limited by its number of characters', async () => {
    const slices = await slicesOf(Array.from({ length: 60 }, (_, n) => 1000 * (1 + ((n * 7) % 60))));
    expect(slices.length).toBeGreaterThan(10);
    for (const slice of slices) expect(charactersOf(slice.slice(0, -1))).toBeLessThan(searched);
  });

  it('is limited by its number of deliveries', async () => {
    const slices = await slicesOf(Array.from({ length: 450 }, () => 10));
    expect(slices.map((slice) => slice.length)).toEqual([200, 200, 50, 0]);
  });
});
