import { describe, expect, it } from 'vitest';
import { storeFromEnvironment } from '../src/index.ts';
import { temporaryPath } from './support/temporary-files.ts';

describe('storeFromEnvironment()', () => {
  const path = 'SPIDERFOOT_WEBHOOK_DB';
  const mode = 'SPIDERFOOT_WEBHOOK_MODE';

  it('opens no store without a path', async () => {
    for (const env of [{}, { [path]: '' }, { [mode]: 'inline' }, { [mode]: '' }]) {
      const opened = storeFromEnvironment({}, env);
      expect(opened).toMatchObject({ options: {}, store: undefined });
      await opened.close();
    }
  });

  it.each([
    [undefined, 'log'],
    ['', 'log'],
    ['inline', 'log'],
    ['queued', 'queue'],
  ])('opens the store for the mode %s as the %s', async (value, port) => {
    const { options, store, close } = storeFromEnvironment({}, { [path]: temporaryPath(), [mode]: value });
    expect(Object.entries(options)).toEqual([[port, store]]);
    await close();
  });

  it('throws an error that names the variable for a wrong mode, or a queue without a path', () => {
    for (const env of [{ [mode]: 'queue' }, { [mode]: 'queued' }]) {
      expect(() => storeFromEnvironment({}, env)).toThrow(expect.objectContaining({ option: mode }));
    }
  });
});
