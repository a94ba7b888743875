import { join } from 'node:path';
import type { ContractStoreOptions, ContractTraits } from '@spiderfoot-webhooks/core/stores/contract';
import { logContract, queueContract, storeContract } from '@spiderfoot-webhooks/core/stores/contract';
import { describe, it, onTestFinished } from 'vitest';
import { openStore } from '../src/index.ts';
import { startProgram } from './support/processes.ts';
import { temporaryFolder, until } from './support/temporary-files.ts';

let folder: string | undefined;

/** Return the file of a place. All files of a test are in one folder, which is deleted when it ends. */
function pathOf(place: string): string {
  if (folder === undefined) {
    folder = temporaryFolder();
    onTestFinished(() => {
      folder = undefined;
    });
  }
  return join(folder, `${place}.db`);
}

const logger = { error: () => {}, warn: () => {} };

const open = (place: string, options: ContractStoreOptions) =>
  openStore(pathOf(place), { ...options, logger });

/** Kill a process while its handlers run. */
async function loseProcess(place: string, options: ContractStoreOptions): Promise<void> {
  const program = startProgram({ path: pathOf(place), options, handler: 'hangs' });
  await until(() => {
    if (!program.lines.some((line) => line.startsWith('began '))) throw new Error(program.errors);
  }, 60_000);
  program.signal('SIGKILL');
  await program.end();
}

/** Some of the tests start and kill processes, one after another. On a busy machine, each needs many seconds to start. */
const timeout = 150_000;

const traits: ContractTraits = { durable: true, shared: true, loseProcess };

describe('The log of a SQLite file', () => {
  for (const { name, run } of logContract(open, traits)) it(name, run);
});

describe('The queue of a SQLite file', () => {
  for (const { name, run } of queueContract(open, traits)) it(name, { timeout }, run);
});

describe('The store of a SQLite file', () => {
  for (const { name, run } of storeContract(open, traits)) it(name, run);
});
