import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import type { DeliveryQueue } from '@spiderfoot-webhooks/core/stores';
import type { ContractStore, ContractStoreOptions } from '@spiderfoot-webhooks/core/stores/contract';
import { logContract, queueContract, storeContract } from '@spiderfoot-webhooks/core/stores/contract';
import { afterAll, describe, expect, it } from 'vitest';
import { blocksOf, compile } from './support/readme.ts';

/** What the document's code exports. */
interface CustomStore {
  openJsonStore(path: string, options: ContractStoreOptions): ContractStore & DeliveryQueue;
}

const [block] = blocksOf('docs/custom-store.md');
if (block === undefined) throw new Error('docs/custom-store.md has no TypeScript');
const compiled = await compile([block]);
const folder = mkdtempSync(join(tmpdir(), 'custom-store-'));
const { openJsonStore }: CustomStore = await import(pathToFileURL(compiled.path(block)).href);
const open = (place: string, options: ContractStoreOptions) => openJsonStore(join(folder, place), options);

afterAll(() => {
  compiled.remove();
  rmSync(folder, { recursive: true, force: true });
});

describe('The store of docs/custom-store.md', () => {
  it('has no type errors', () => expect(compiled.errors(block)).toEqual([]));

  const traits = { durable: true, lacks: ['rejections'] } as const;
  for (const { name, run } of logContract(open, traits)) it(name, run);
  for (const { name, run } of queueContract(open, traits)) it(name, run);
  for (const { name, run } of storeContract(open, traits)) it(name, run);
});
