import { BaseSequencer, type TestSpecification } from 'vitest/node';

/** The test files that take longest. `npx vitest run` prints the time of each file. */
export const longest = [
  'test/crash/shared-outages.test.ts',
  'test/crash/shared-kills.test.ts',
  'test/crash/failover.test.ts',
  'packages/diagnose/test/known-mistakes.test.ts',
  'test/product/shutdown.test.ts',
  'test/product/examples.test.ts',
  'packages/sqlite/test/contract.test.ts',
  'test/product/readme.test.ts',
];

/** Starts the longest test files first, so that none of them runs alone at the end while the other workers are idle. */
export class LongestFirst extends BaseSequencer {
  override async sort(files: TestSpecification[]): Promise<TestSpecification[]> {
    const isLong = ({ moduleId }: TestSpecification) => longest.some((path) => moduleId.endsWith(path));
    return (await super.sort(files)).toSorted((a, b) => Number(isLong(b)) - Number(isLong(a)));
  }
}
