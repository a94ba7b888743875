import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { memoryQueue, type StoreHealth } from '@spiderfoot-webhooks/core/stores';
import { openStore } from '@spiderfoot-webhooks/sqlite';
import { expect, it, onTestFinished, vi } from 'vitest';
import { createPrometheusMetrics } from '../../src/prometheus/index.ts';
import { observed, send } from '../support/observed.ts';
import { increased, type Samples } from '../support/samples.ts';

const store = (samples: Samples) =>
  Object.fromEntries(
    [...samples]
      .filter(([series]) => /^spiderfoot_webhook_(?:queue_(?:deliveries|oldest)|store_up)/.test(series))
      .map(([series, value]) => [series.replace('spiderfoot_webhook_', ''), value]),
  );

it('reads the queued deliveries and dead letters of a SQLite store at each scrape', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'telemetry-'));
  const queue = openStore(join(folder, 'webhooks.db'), { maxAttempts: 1 });
  const { receiver, scrape } = await observed({ queue }, { store: queue });
  let release = () => {};
  onTestFinished(async () => {
    release();
    await receiver.close();
    await queue.close();
    rmSync(folder, { recursive: true });
  });
  receiver.on('scan_failed', () => {
    throw new Error('down');
  });
  receiver.on('scan_started', () => new Promise<void>((resolve) => (release = resolve)));
  expect(store(await scrape())).toEqual({
    'queue_deliveries{state="waiting"}': 0,
    'queue_deliveries{state="running"}': 0,
    'queue_deliveries{state="delayed"}': 0,
    'queue_deliveries{state="dead"}': 0,
    queue_oldest_seconds: 0,
    store_up: 1,
  });
  await send(receiver, 'scan_failed');
  await send(receiver, 'scan_started');
  await vi.waitFor(async () =>
    expect(increased(await scrape(), 'queue_deliveries')).toEqual({
      'queue_deliveries{state="running"}': 1,
      'queue_deliveries{state="dead"}': 1,
    }),
  );
});

it('reads the store once for each scrape, and reports the age of the oldest delivery', async () => {
  const oldest = new Date(Date.now() - 90_000);
  const health = vi.fn(
    async (): Promise<StoreHealth> => ({
      ...{ ready: true, waiting: 3, running: 0, delayed: 2, dead: 0, oldest },
    }),
  );
  const { scrape } = await observed({}, { store: { health } });
  const samples = await scrape();
  expect(health).toHaveBeenCalledTimes(1);
  expect(samples.get('spiderfoot_webhook_queue_oldest_seconds')).toBeGreaterThanOrEqual(90);
  expect(samples.get('spiderfoot_webhook_queue_deliveries{state="delayed"}')).toBe(2);
});

it('removes the values of a store that cannot be read, and returns them later', async () => {
  let isDown = true;
  const ready = { ready: true, waiting: 1, running: 0, delayed: 0, dead: 0, oldest: undefined };
  const health = async (): Promise<StoreHealth> => {
    if (isDown) throw new Error('the disk is gone');
    return ready;
  };
  const { scrape } = await observed({}, { store: { health } });
  expect(store(await scrape())).toEqual({ store_up: 0 });
  isDown = false;
  expect(store(await scrape())).toMatchObject({
    store_up: 1,
    'queue_deliveries{state="waiting"}': 1,
    queue_oldest_seconds: 0,
  });
});

it('rejects a store without health() when the metrics are created', () => {
  const create = () => Reflect.apply(createPrometheusMetrics, undefined, [{ store: memoryQueue() }]);
  expect(create).toThrow(expect.objectContaining({ option: 'store' }));
});

it('measures the commits of a SQLite store', async () => {
  const queue = openStore(':memory:');
  const { receiver, scrape } = await observed({ queue }, { store: queue });
  onTestFinished(async () => {
    await receiver.close();
    await queue.close();
  });
  const count = 'spiderfoot_webhook_store_commit_duration_seconds_count';
  expect((await scrape()).get(count)).toBe(0);
  await Promise.all([send(receiver), send(receiver, 'scan_failed'), send(receiver, 'scan_started')]);
  const samples = await scrape();
  expect(samples.get(count)).toBeGreaterThanOrEqual(1);
  expect(samples.get('spiderfoot_webhook_store_commit_size_count')).toBe(samples.get(count));
  expect(samples.get('spiderfoot_webhook_store_commit_size_sum')).toBeGreaterThanOrEqual(3);
});
