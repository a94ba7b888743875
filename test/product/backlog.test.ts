import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createReceiver } from '@spiderfoot-webhooks/core';
import { signedDelivery } from '@spiderfoot-webhooks/core/testing';
import { openStore, type Store } from '@spiderfoot-webhooks/sqlite';
import { afterAll, describe, expect, it, onTestFinished } from 'vitest';
import { Program, stopPrograms } from './support/program.ts';

afterAll(stopPrograms);

const modes = ['queue', 'log'] as const;

/** Creates a database with two waiting deliveries of an earlier run. */
async function backlog(
  mode: (typeof modes)[number],
): Promise<{ readonly db: string; readonly ids: string[] }> {
  const folder = mkdtempSync(join(tmpdir(), 'spiderfoot-backlog-'));
  onTestFinished(() => rmSync(folder, { recursive: true }));
  const db = join(folder, 'webhooks.db');
  const store = openStore(db);
  const ids = await (mode === 'queue' ? enqueueTwo(store) : replayTwo(store));
  await store.close();
  return { db, ids };
}

async function enqueueTwo(store: Store): Promise<string[]> {
  const queue = { ...store, start: () => ({ close: async () => {} }) };
  return receiveTwo(createReceiver({ secret: 's3cret', queue }));
}

async function replayTwo(store: Store): Promise<string[]> {
  const receiver = createReceiver({ secret: 's3cret', log: store });
  const ids = await receiveTwo(receiver);
  await receiver.close();
  expect(await store.replay({})).toBe(2);
  return ids;
}

async function receiveTwo(receiver: ReturnType<typeof createReceiver>): Promise<string[]> {
  const ids: string[] = [];
  for (const type of ['scan_completed', 'scan_failed'] as const) {
    const outcome = await receiver.receive(await signedDelivery(type, { secret: 's3cret' }));
    if (outcome.id !== undefined) ids.push(outcome.id);
  }
  return ids;
}

function run(db: string, mode: string, starts: string): Program {
  return new Program(process.execPath, ['test/product/programs/backlog.mjs'], {
    env: { DB: db, MODE: mode, STARTS: starts },
  });
}

describe.each(modes)('A program over a store (option %s) with two deliveries waiting', (mode) => {
  it('runs no handler if it mounts its receiver and does not serve', async () => {
    const { db } = await backlog(mode);
    const program = run(db, mode, 'nothing');
    expect(await program.end()).toEqual({ code: 0, signal: null });
    expect(program.lines).toEqual(['ended']);
    const store = openStore(db);
    onTestFinished(() => store.close());
    expect(await store.counts({ by: ['state'] })).toEqual([{ state: 'queued', count: 2 }]);
  });

  it.each(['serve', 'start'])('handles both by %s(), without a request', async (starts) => {
    const { db, ids } = await backlog(mode);
    const program = run(db, mode, starts);
    for (const id of ids) await program.says(new RegExp(`^handled ${id}$`, 'm'));
    program.kill();
  });
});
