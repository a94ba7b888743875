import { describe, expect, it } from 'vitest';
import { at, record, start } from '../support/log-entries.ts';
import { open, temporaryPath } from '../support/temporary-files.ts';

describe('Counts', () => {
  it('are grouped by state, type, endpoint and time, with and without a filter', async () => {
    const store = open(temporaryPath());
    await record(
      store,
      { receivedAt: at(0), endpoint: 'a' },
      { receivedAt: at(3599), endpoint: 'b' },
      { receivedAt: at(3600), endpoint: 'b', eventType: 'finding', state: 'failed' },
    );
    expect(await store.counts()).toEqual([
      { state: 'failed', count: 1 },
      { state: 'processed', count: 2 },
    ]);
    expect(await store.counts({ by: [] })).toEqual([{ count: 3 }]);
    expect(await store.counts({ by: ['eventType'] })).toEqual([
      { eventType: 'finding', count: 1 },
      { eventType: 'scan_completed', count: 2 },
    ]);
    expect(await store.counts({ by: ['endpoint', 'state'] })).toEqual([
      { endpoint: 'a', state: 'processed', count: 1 },
      { endpoint: 'b', state: 'failed', count: 1 },
      { endpoint: 'b', state: 'processed', count: 1 },
    ]);
    expect(await store.counts({ by: ['time'] })).toEqual([
      { time: start, count: 2 },
      { time: start + 3_600_000, count: 1 },
    ]);
    expect(await store.counts({ by: ['time', 'eventType'], bucket: 60_000, endpoint: 'b' })).toEqual([
      { time: start + 3_540_000, eventType: 'scan_completed', count: 1 },
      { time: start + 3_600_000, eventType: 'finding', count: 1 },
    ]);
    expect(
      await store.counts({ since: at(1), until: at(3600), eventType: 'scan_completed', state: 'processed' }),
    ).toEqual([{ state: 'processed', count: 1 }]);
  });

  it.each([
    ['by', { by: ['colour'] }],
    ['by', { by: ['constructor'] }],
    ['text', { text: 'word' }],
    ['bucket', { by: ['time'], bucket: 0 }],
    ['bucket', { by: ['time'], bucket: Number.NaN }],
  ])('throw an error that names the wrong option %s', async (option, options) => {
    const given: object = options;
    await expect(open(temporaryPath()).counts(given)).rejects.toMatchObject({ option });
  });
});
