import { existsSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { storeFromEnvironment } from '../src/index.ts';
import { temporaryPath } from './support/temporary-path.ts';

describe('storeFromEnvironment()', () => {
  const location = 'SPIDERFOOT_WEBHOOK_STORE';
  const mode = 'SPIDERFOOT_WEBHOOK_MODE';

  it('opens no store without a location', async () => {
    for (const env of [{}, { [location]: '' }, { [mode]: 'inline' }, { [mode]: '' }]) {
      const opened = await storeFromEnvironment({}, env);
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
    const path = temporaryPath();
    const { options, store, close } = await storeFromEnvironment({}, { [location]: path, [mode]: value });
    expect(Object.entries(options)).toEqual([[port, store]]);
    expect(existsSync(path)).toBe(true);
    await close();
  });

  it('throws an error that names the variable for a wrong mode, or a queue without a location', async () => {
    for (const env of [{ [mode]: 'queue' }, { [mode]: 'queued' }]) {
      await expect(storeFromEnvironment({}, env)).rejects.toMatchObject({ option: mode });
    }
  });

  it('throws an error that names the variable for an invalid location', async () => {
    const opening = storeFromEnvironment({}, { [location]: 'mysql://127.0.0.1/webhooks' });
    await expect(opening).rejects.toMatchObject({
      option: location,
      message: expect.stringMatching(/^Option "SPIDERFOOT_WEBHOOK_STORE" has .*"mysql:\/\/"/),
    });
  });
});
