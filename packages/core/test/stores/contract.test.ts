import { describe, it } from 'vitest';
import {
  type ContractStoreOptions,
  logContract,
  queueContract,
  storeContract,
} from '../../src/stores/contract/index.ts';
import { memoryLog, memoryQueue } from '../../src/stores/index.ts';

describe('memoryLog()', () => {
  for (const { name, run } of logContract(() => memoryLog())) it(name, run);

  const lacks = ['rejections', 'rejection', 'replay'] as const;
  for (const { name, run } of storeContract(() => memoryLog(), { lacks })) it(name, run);
});

describe('memoryQueue()', () => {
  const open = (_place: string, { concurrency, maxAttempts, baseDelay, maxDelay }: ContractStoreOptions) =>
    memoryQueue({ concurrency, maxAttempts, baseDelay, maxDelay });
  for (const { name, run } of queueContract(open)) it(name, run);
});
