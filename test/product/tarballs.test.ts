import { existsSync } from 'node:fs';
import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type BareProject, installTarballs, packCommand } from './support/bare.ts';
import { adapterNames, entries, exportsOf } from './support/entries.ts';
import { Program, run, stopPrograms } from './support/program.ts';
import { packageNames, root } from './support/workspace.ts';

let bare: BareProject;

beforeAll(async () => {
  bare = await installTarballs();
}, 420_000);
afterAll(async () => {
  stopPrograms();
  await bare?.remove();
});

async function filesIn(folder: string): Promise<readonly string[]> {
  const entries = await readdir(folder, { recursive: true, withFileTypes: true });
  const files = entries.filter((entry) => entry.isFile());
  return files.map(({ parentPath, name }) => join(parentPath, name).slice(folder.length + 1));
}

/** The files that are built from a source. Styles are served as they are, and scripts for the browser have no source maps. */
function builtFrom(source: string): readonly string[] {
  if (!/\.tsx?$/.test(source)) return [];
  const ends = source.startsWith('browser/') ? ['.js', '.d.ts'] : ['.js', '.js.map', '.d.ts', '.d.ts.map'];
  return ends.map((end) => source.replace(/\.tsx?$/, end));
}

describe.each(packageNames)('The tarball of %s', (name) => {
  it('passes publint', async () => {
    const { code, output } = await run('npx', ['publint', bare.tarball(name), '--strict']);
    expect({ code, output }).toEqual({ code: 0, output: expect.stringContaining('All good!') });
  });

  it('contains only the sources and the files that were built from them', async () => {
    const sources = await filesIn(join(root, 'packages', name, 'src'));
    const built = sources.flatMap(builtFrom).map((file) => `dist/${file}`);
    const migrationFolder = join(root, 'packages', name, 'migrations');
    const migrations = existsSync(migrationFolder) ? await filesIn(migrationFolder) : [];
    const all = [
      ...['LICENSE', 'README.md', 'package.json', ...sources.map((file) => `src/${file}`), ...built],
      ...migrations.map((file) => `migrations/${file}`),
    ];
    const packed = await filesIn(join(bare.folder, 'node_modules/@spiderfoot-webhooks', name));
    expect(packed.toSorted()).toEqual(all.toSorted());
  });

  it('depends only on versions from a registry', async () => {
    const installed = join(bare.folder, 'node_modules/@spiderfoot-webhooks', name);
    const text = await readFile(join(installed, 'package.json'), 'utf8');
    expect(text).not.toMatch(/"(?:workspace|catalog|file|link):/);
    expect(await readFile(join(installed, 'LICENSE'), 'utf8')).toBe(
      await readFile(join(root, 'LICENSE'), 'utf8'),
    );
  });
});

// The command exports no types.
describe.each(packageNames.filter((name) => name !== 'cli'))('The tarball of %s', (name) => {
  it('passes attw as an ESM package', async () => {
    const { code, output } = await run('npx', ['attw', bare.tarball(name), '--profile', 'esm-only']);
    expect({ code, output }).toEqual({ code: 0, output: expect.stringContaining('🟢 (ESM)') });
  });
});

describe('The page "Getting started"', () => {
  it('packs the tarballs with the command that these tests run', async () => {
    const page = await readFile(join(root, 'docs/getting-started.md'), 'utf8');
    expect(page).toContain(`\nnpx ${packCommand('"./packages/*"', '"$PWD/tarballs"').join(' ')}\n`);
  });
});

describe('The packages, installed from the tarballs', () => {
  it('receives an event, stores it, shows it and replays it with four commands', async () => {
    const cwd = bare.folder;
    const command = (...args: string[]) => run('npx', ['spiderfoot-webhooks', ...args], { cwd });
    const listening = new Program(
      'npx',
      ['spiderfoot-webhooks', 'listen', '--port', '0', '--store', 'kept.db', '--make-secret'],
      { cwd },
    );
    const [, line = ''] = await listening.says(/^Send an event: {2}npx (.+)$/m);
    expect(await run('npx', line.split(' '), { cwd })).toMatchObject({ code: 0 });
    expect(await command('log', '--store', 'kept.db')).toMatchObject({
      code: 0,
      output: expect.stringMatching(/scan_completed.*example\.com/),
    });
    expect(await command('replay', '1', '--store', 'kept.db')).toMatchObject({ code: 0 });
    await listening.says(/scan_completed .*handled/);
    listening.kill();
  });

  it('accepts events over every adapter in an ESM program', async () => {
    const { lines, stderr, code } = await bare.node('esm.mjs');
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
    expect(lines).toEqual(
      ['express', 'koa', 'hono', 'node']
        .flatMap((name) => [
          `${name} example.com guide`,
          `${name} 200 success`,
          `${name} example.com shipped`,
          `${name} 200 success`,
        ])
        .concat('sqlite accepted', 'sqlite example.com'),
    );
  });

  it('loads with require() without a warning', async () => {
    const { lines, stderr, code } = await bare.node('require.cjs', ...adapterNames);
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
    expect(lines).toEqual([
      'example.com',
      'processed',
      'example.com',
      '200',
      [...adapterNames, 'node'].map(() => 'function').join(' '),
      'processed',
      '1',
    ]);
  });

  it('compiles a program with the strictest TypeScript options, without skipLibCheck', async () => {
    const tsc = join(root, 'node_modules/.bin/tsc');
    const { lines } = await run(tsc, ['-p', '.'], { cwd: bare.folder });
    // Ignore errors in the declarations of other packages.
    expect(lines.filter((line) => !/^node_modules\/(?!@spiderfoot-webhooks\/)/.test(line))).toEqual([]);
    expect((await bare.node('typed.js')).lines).toEqual([
      'example.com 1234',
      'scan_completed processed',
      'WWW.EXAMPLE.COM',
      'asset.discovered processed',
      'system_alert ignored',
      '0 0',
    ]);
    expect((await bare.node('common.cjs')).lines).toEqual(['function false']);
    const bundled = ['--module', 'preserve', '--moduleResolution', 'bundler', '--noEmit'];
    const { lines: withBundler } = await run(tsc, ['-p', '.', ...bundled], { cwd: bare.folder });
    expect(withBundler.filter((line) => !/^node_modules\/(?!@spiderfoot-webhooks\/)/.test(line))).toEqual([]);
  });

  it('runs on a platform without modules and globals of Node', async () => {
    const { lines, stderr, code } = await bare.node('elsewhere.mjs');
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
    expect(lines).toEqual(['example.com', '200', '401', 'true']);
  });

  it('exports the names of exports.txt', async () => {
    const { lines } = await bare.node('names.mjs');
    const values = entries.map((entry) => {
      const names = exportsOf(entry).filter((name) => !name.startsWith('type '));
      return `${entry.name}: ${names.join(', ')}`;
    });
    expect(lines.toSorted()).toEqual(values.toSorted());
  });
});
