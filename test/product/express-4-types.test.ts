import { mkdtempSync, realpathSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it, onTestFinished } from 'vitest';
import { run } from './support/program.ts';
import { root } from './support/workspace.ts';

it('the types of the Express adapter work with the types of Express 4', async () => {
  const folder = mkdtempSync(join(root, 'test/product/.generated-'));
  onTestFinished(() => rmSync(folder, { recursive: true }));
  const express4 = realpathSync(join(root, 'test/node_modules/@types/express4/index.d.ts'));
  const config = {
    extends: '../../../tsconfig.check.json',
    compilerOptions: { paths: { express: [express4] }, listFiles: true },
    include: ['../../express-types.test-d.ts'],
  };
  writeFileSync(join(folder, 'tsconfig.json'), JSON.stringify(config));
  const { code, lines } = await run(join(root, 'node_modules/.bin/tsc'), ['-p', folder]);
  expect(lines.filter((line) => line.includes('error TS'))).toEqual([]);
  expect(code).toBe(0);
  const versions = lines.filter((line) => line.endsWith('/@types/express/index.d.ts'));
  expect(versions).toEqual([expect.stringContaining('@types+express@4.')]);
});
