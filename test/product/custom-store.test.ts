import { appendFileSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import type { DeadLetter, DeliveryQueue, StoredDelivery } from '@spiderfoot-webhooks/core/stores';
import type { ContractStore, ContractStoreOptions } from '@spiderfoot-webhooks/core/stores/contract';
import { logContract, queueContract, storeContract } from '@spiderfoot-webhooks/core/stores/contract';
import { afterAll, describe, expect, it, vi } from 'vitest';
import { Program, stopPrograms } from './support/program.ts';
import { blocksOf, compile } from './support/readme.ts';

/** The exports of the document's code. */
interface CustomStore {
  openJsonStore(path: string, options?: Partial<ContractStoreOptions>): ContractStore & DeliveryQueue;
}

const [block] = blocksOf('docs/custom-store.md');
if (block === undefined) throw new Error('docs/custom-store.md has no TypeScript');
const compiled = await compile([block]);
const storeModule = compiled.path(block);
const folder = mkdtempSync(join(tmpdir(), 'custom-store-'));
const { openJsonStore }: CustomStore = await import(pathToFileURL(storeModule).href);
const open = (place: string, options: ContractStoreOptions) => openJsonStore(join(folder, place), options);

afterAll(() => {
  stopPrograms();
  compiled.remove();
  rmSync(folder, { recursive: true, force: true });
});

describe('The store of docs/custom-store.md', () => {
  it('has no type errors', () => expect(compiled.errors(block)).toEqual([]));

  /** Kills a process with SIGKILL while its handlers run. */
  async function loseProcess(place: string, options: ContractStoreOptions): Promise<void> {
    const args = [storeModule, join(folder, place), JSON.stringify(options)];
    const program = new Program(process.execPath, ['test/product/programs/hanging-worker.mjs', ...args]);
    await program.says(/^began$/m);
    program.signal('SIGKILL');
    await program.end();
  }

  const traits = { durable: true, loseProcess, lacks: ['rejections', 'rejection'] } as const;
  for (const { name, run } of logContract(open, traits)) it(name, run);
  for (const { name, run } of queueContract(open, traits)) it(name, run);
  for (const { name, run } of storeContract(open, traits)) it(name, run);

  const delivery = (id: string): StoredDelivery => ({
    ...{ id, endpoint: 'default', receivedAt: new Date(), ip: undefined, eventType: 'finding' },
    ...{ dialect: 'guide', scanId: undefined, target: undefined, body: Buffer.from('{}') },
  });

  it('cuts off a line that was not written completely', async () => {
    const path = join(folder, 'torn');
    const store = openJsonStore(path);
    await store.enqueue(delivery('a'));
    await store.close();
    appendFileSync(path, readFileSync(path).subarray(0, 40));
    const reopened = openJsonStore(path);
    await reopened.enqueue(delivery('b'));
    await reopened.close();
    const { deliveries } = await openJsonStore(path).list();
    expect(deliveries.map(({ id }) => id)).toEqual(['b', 'a']);
  });

  it('reports a dead letter whose process has ended when its workers start', async () => {
    const path = join(folder, 'lost');
    const store = openJsonStore(path, { maxAttempts: 1 });
    await store.enqueue(delivery('a'));
    await store.close();
    writeFileSync(path, readFileSync(path, 'utf8').replace('"queued"', '"running"'));
    const reopened = openJsonStore(path, { maxAttempts: 1 });
    const letters: DeadLetter[] = [];
    const process = vi.fn();
    await reopened.start('default', process, (letter) => letters.push(letter) > 0).close();
    expect(letters).toMatchObject([{ id: 'a', reason: 'lost', eventType: 'finding' }]);
    expect(process).not.toHaveBeenCalled();
    expect((await reopened.list()).deliveries).toMatchObject([{ id: 'a', state: 'dead' }]);
  });
});
