import { createRequire } from 'node:module';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type BareProject, installTarballs } from '../product/support/bare.ts';
import { run } from '../product/support/program.ts';

const { resolve } = createRequire(import.meta.url);

let bare: BareProject;

beforeAll(async () => {
  bare = await installTarballs();
}, 420_000);
afterAll(() => bare?.remove());

/** The compiler's errors in our declarations and in a program that uses them, without errors in other packages. */
async function compile(version: string, ...files: readonly string[]): Promise<readonly string[]> {
  const strict = ['--strict', '--exactOptionalPropertyTypes', '--noUncheckedIndexedAccess', '--noEmit'];
  const target = ['--module', 'nodenext', '--target', 'es2022', '--types', 'node', '--skipLibCheck', 'false'];
  const tsc = resolve(`typescript${version}/lib/tsc.js`);
  const { lines } = await run(process.execPath, [tsc, ...strict, ...target, ...files], { cwd: bare.folder });
  return lines.filter(
    (line) => !/^node_modules\/(?!@spiderfoot-webhooks\/)/.test(line) && !line.startsWith(' '),
  );
}

describe('the packed packages, without skipLibCheck', { timeout: 120_000 }, () => {
  it('the packed packages compile with TypeScript 5.5 in an ES module', async () => {
    expect(await compile('5.5', 'typed.ts')).toEqual([]);
  });

  it('the packed packages compile with TypeScript 5.8 in an ES module and in a CommonJS file', async () => {
    expect(await compile('5.8', 'typed.ts', 'common.cts')).toEqual([]);
  });
});
