import { execFile } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { createReceiver } from '@spiderfoot-webhooks/core';
import { openStore } from '@spiderfoot-webhooks/sqlite';
import { expect, it, onTestFinished, vi } from 'vitest';
import { createOpenTelemetry } from '../../src/opentelemetry/index.ts';
import { secret } from '../support/observed.ts';
import { exporting } from '../support/traced.ts';

const program = new URL('../support/fail-once.ts', import.meta.url).pathname;

it('after a restart, an attempt continues the trace of the request, or links to it after an hour', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'spiderfoot-telemetry-'));
  onTestFinished(() => rmSync(folder, { recursive: true }));
  const path = join(folder, 'webhooks.db');
  const { tracerProvider, collector, exported } = await exporting();
  const flags = ['--conditions=@spiderfoot-webhooks/source', '--disable-warning=ExperimentalWarning'];
  await promisify(execFile)(process.execPath, [...flags, program, path, collector.url]);
  const request = collector.spans.find(({ name }) => name === 'receive default');
  expect(request).toBeDefined();
  collector.spans.length = 0;

  const store = openStore(path, { baseDelay: 1, maxDelay: 1 });
  const receiver = createReceiver({ secret, queue: store });
  onTestFinished(async () => {
    await receiver.close();
    await store.close();
  });
  createOpenTelemetry({ tracerProvider }).observe(receiver);
  receiver.on('scan_completed', () => {}, { name: 'siem' });
  receiver.start();
  const attempt = await vi.waitFor(
    async () => {
      const span = (await exported()).get('process default');
      expect(span).toBeDefined();
      return span;
    },
    { timeout: 20_000, interval: 100 },
  );
  expect(attempt).toMatchObject({ traceId: request?.traceId, parentSpanId: request?.spanId, links: [] });

  collector.spans.length = 0;
  const now = Date.now() + 3_700_000;
  vi.spyOn(Date, 'now').mockImplementation(() => now);
  await store.replay({ state: 'processed' }, { handlers: 'all' });
  const late = await vi.waitFor(
    async () => {
      const span = (await exported()).get('process default');
      expect(span).toBeDefined();
      return span;
    },
    { timeout: 20_000, interval: 100 },
  );
  vi.restoreAllMocks();
  expect(late?.traceId).not.toBe(request?.traceId);
  expect(late?.links).toMatchObject([{ traceId: request?.traceId, spanId: request?.spanId }]);
}, 60_000);
