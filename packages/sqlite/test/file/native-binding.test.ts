import { spawnSync } from 'node:child_process';
import { cpSync, mkdirSync, realpathSync, rmSync, statSync, symlinkSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import { bindingSentence } from '../../src/file/native-binding.ts';
import { temporaryFolder } from '../support/temporary-files.ts';

const sources = fileURLToPath(new URL('../../src', import.meta.url));
const core = fileURLToPath(new URL('../../../core', import.meta.url));

/** Copies the package and better-sqlite3, so that a test can damage the copy. */
function installation() {
  const folder = temporaryFolder();
  const modules = join(folder, 'node_modules');
  mkdirSync(join(modules, '@spiderfoot-webhooks'), { recursive: true });
  symlinkSync(realpathSync(core), join(modules, '@spiderfoot-webhooks', 'core'));
  const manifest = createRequire(import.meta.url).resolve('better-sqlite3/package.json');
  const engine = join(modules, 'better-sqlite3');
  mkdirSync(engine);
  for (const name of ['package.json', 'lib']) {
    cpSync(join(dirname(manifest), name), join(engine, name), { recursive: true });
  }
  const prebuilds = join(engine, 'prebuilds');
  cpSync(join(dirname(manifest), 'prebuilds'), prebuilds, { recursive: true });
  cpSync(sources, join(folder, 'src'), { recursive: true });
  writeFileSync(join(folder, 'package.json'), '{ "type": "module" }');
  const open = `
    import { openStore } from './src/index.ts';
    try {
      await openStore('webhooks.db').close();
      console.log('opened');
    } catch ({ name, message }) {
      console.log(name + ': ' + message);
    }`;
  writeFileSync(join(folder, 'open.mjs'), open);
  return {
    prebuilds,
    /** Opens a database with the copy. @returns the output */
    open(): string {
      const options = ['--conditions=@spiderfoot-webhooks/source', '--disable-warning=ExperimentalWarning'];
      // Node has needed this option until 22.18; Bun and Deno need none.
      if (process.features.typescript === false) options.push('--experimental-strip-types');
      const { stdout, stderr } = spawnSync(process.execPath, [...options, 'open.mjs'], {
        cwd: folder,
        encoding: 'utf8',
      });
      return stdout || stderr;
    },
    hasDatabase: () => statSync(join(folder, 'webhooks.db'), { throwIfNoEntry: false }) !== undefined,
  };
}

describe('openStore, when better-sqlite3', () => {
  it('has its binary, opens a database', () => {
    expect(installation().open()).toBe('opened\n');
  });

  it('has lost its binary, names the file and bundlers, and creates no database', () => {
    const { prebuilds, open, hasDatabase } = installation();
    rmSync(prebuilds, { recursive: true });
    expect(open()).toMatch(
      /^StoreError: .*native binary of better-sqlite3 is missing: prebuilds\/\w+-\w+\.node.*external.*install again/,
    );
    expect(hasDatabase()).toBe(false);
  });

  it('has a binary for another system, reports that', () => {
    const { prebuilds, open } = installation();
    for (const system of ['linux', 'linuxmusl', 'darwin', 'win32']) {
      for (const arch of ['x64', 'arm64']) writeFileSync(join(prebuilds, `${system}-${arch}.node`), 'MZ');
    }
    expect(open()).toMatch(/^StoreError: .*does not fit (?:Node|Bun|Deno) \d+.*install again/);
  });

  it.each([
    ['freebsd', 'x64', 'MODULE_NOT_FOUND', 'no native binary for freebsd-x64'],
    ['linux', 'riscv64', 'MODULE_NOT_FOUND', 'no native binary for linux-riscv64'],
    ['linux', 'x64', 'ERR_DLOPEN_FAILED', 'does not fit'],
    ['linux', 'x64', 'EMFILE', 'too many open files'],
  ] as const)('cannot be loaded on %s-%s (%s), says why', (platform, arch, code, sentence) => {
    const error = Object.assign(new Error('no'), { code });
    expect(bindingSentence(error, { platform, arch, versions: { node: '24.0.0' } })).toContain(sentence);
  });

  it.each([
    [{}, 'Node 24.0.0'],
    [{ bun: '1.4.5' }, 'Bun 1.4.5'],
    [{ deno: '2.9.6' }, 'Deno 2.9.6'],
  ])('cannot be loaded, without a code as on Deno, names the runtime (%o)', (others, name) => {
    const binary = { platform: 'linux', arch: 'x64', versions: { node: '24.0.0', ...others } };
    const error = new TypeError('/app/prebuilds/linux-x64.node: file too short');
    expect(bindingSentence(error, binary)).toContain(`does not fit ${name} on linux-x64`);
  });
});
