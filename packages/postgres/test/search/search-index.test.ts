import { expect, it } from 'vitest';
import { createSearchIndex } from '../../src/search/search-index.ts';

it('each slice of the search index begins after the previous one, so that no delivery is checked twice', async () => {
  const ids = Array.from({ length: 450 }, (_, index) => String(index + 1));
  const begins: unknown[] = [];
  const index = createSearchIndex(
    {
      prefix: '',
      async read({ values = [] }) {
        begins.push(values[0]);
        const rest = ids.filter((id) => Number(id) > Number(values[0]));
        return rest.slice(0, 200).map((id) => ({ id, body: '' }));
      },
      write: async () => [],
    },
    false,
    (error) => expect(error).toBeUndefined(),
  );
  await index.catchUp();
  expect(begins).toEqual(['0', '200', '400']);
});
