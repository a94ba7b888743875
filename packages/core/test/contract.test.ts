import { describe, it } from 'vitest';
import { type ContractStoreOptions, logContract, queueContract } from '../src/stores/contract/index.ts';
import { memoryLog, memoryQueue } from '../src/stores/index.ts';

describe('memoryLog()', () => {
  for (const { name, run } of logContract(() => memoryLog())) it(name, run);
});

describe('memoryQueue()', () => {
  const open = (_place: string, { concurrency, maxAttempts, baseDelay, maxDelay }: ContractStoreOptions) =>
    memoryQueue({ concurrency, maxAttempts, baseDelay, maxDelay });
  for (const { name, run } of queueContract(open)) it(name, run);
});
