import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it, onTestFinished } from 'vitest';
import { run } from '../product/support/program.ts';
import { root } from '../product/support/workspace.ts';
import { pathOf } from './binaries.ts';

const main = join(root, 'packages/cli/dist/main.js');

function temporaryFolder(): string {
  const folder = mkdtempSync(join(tmpdir(), 'spiderfoot-old-'));
  onTestFinished(() => rmSync(folder, { recursive: true }));
  return folder;
}

const old = [
  ['18', 'node18'],
  ['20', 'node20'],
  ['22.13', 'node22-oldest'],
] as const;

describe.each(old.filter(([name]) => name !== '22.13'))('On Node %s', (_, binary) => {
  it.each([['--help'], ['--version'], ['listen', '--store', 'webhooks.db'], ['log']])(
    'spiderfoot-webhooks %s exits 2 and names Node 22.13',
    async (...args) => {
      const cwd = temporaryFolder();
      const { code, signal, lines, stderr } = await run(pathOf(binary), [main, ...args], { cwd });
      expect({ code, signal, lines }).toEqual({ code: 2, signal: null, lines: [] });
      expect(stderr).toContain('22.13');
      expect(stderr).not.toMatch(/^ +at /m);
    },
  );
});

describe.each(old)('On Node %s', (_, binary) => {
  it('openStore() throws an error that names Node 22.14, and creates no file', async () => {
    const program = `
      import { existsSync } from 'node:fs';
      const { openStore } = await import('@spiderfoot-webhooks/sqlite');
      try {
        openStore('webhooks.db');
      } catch (error) {
        console.log(error.message);
      }
      console.log(existsSync('webhooks.db'));
    `;
    const args = ['--input-type=module', '--eval', program];
    const { code, signal, lines } = await run(pathOf(binary), args, { cwd: join(root, 'test') });
    expect({ code, signal }).toEqual({ code: 0, signal: null });
    expect(lines).toEqual([expect.stringContaining('22.14'), 'false']);
  });
});

it('On Node 22.13, spiderfoot-webhooks listen --store exits 2 with a message that names Node 22.14', async () => {
  const cwd = temporaryFolder();
  const args = ['listen', '--port', '0', '--store', 'webhooks.db', '--secret', 's3cret'];
  const { code, signal, stderr } = await run(pathOf('node22-oldest'), [main, ...args], { cwd });
  expect({ code, signal }).toEqual({ code: 2, signal: null });
  expect(stderr).toContain('22.14');
  expect(stderr).not.toMatch(/^ +at /m);
});
