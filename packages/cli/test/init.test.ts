import { mkdir, readdir, readFile, stat, symlink, writeFile } from 'node:fs/promises';
import { delimiter, join } from 'node:path';
import { describe, expect, it, onTestFinished } from 'vitest';
import { Program, run } from '../../../test/product/support/program.ts';
import { root } from '../../../test/product/support/workspace.ts';
import { temporaryFolder } from './support/certificates.ts';
import { spiderfoot } from './support/command.ts';
import { get, sendEvent } from './support/listen-process.ts';

const frameworks = ['express', 'koa', 'hono'] as const;

const files = [
  '.env',
  '.env.example',
  '.gitignore',
  '.npmrc',
  'README.md',
  'package.json',
  'src',
  'tsconfig.json',
];

/** Install the dependencies from the workspace, as `npm install` would: those of the framework's example, and the command. */
async function install(project: string, framework: string): Promise<void> {
  const from = join(root, 'examples', framework, 'node_modules');
  const to = join(project, 'node_modules');
  for (const name of await readdir(from)) {
    if (name.startsWith('.')) continue;
    if (!name.startsWith('@')) {
      await mkdir(to, { recursive: true });
      await symlink(join(from, name), join(to, name));
      continue;
    }
    await mkdir(join(to, name), { recursive: true });
    for (const part of await readdir(join(from, name)))
      await symlink(join(from, name, part), join(to, name, part));
  }
  await symlink(join(root, 'packages/cli'), join(to, '@spiderfoot-webhooks/cli'));
}

function ours(name: string): string {
  return `@spiderfoot-webhooks/${name}`;
}

async function secretOf(project: string): Promise<string> {
  return (
    /^SPIDERFOOT_WEBHOOK_SECRET=([0-9a-f]{64})$/m.exec(await readFile(join(project, '.env'), 'utf8'))?.[1] ??
    ''
  );
}

describe.each(frameworks)('init %s', (framework) => {
  it('writes a receiver that npm start compiles and runs, and that accepts a signed event', async () => {
    const folder = await temporaryFolder();
    const written = await spiderfoot(['init', framework, 'My Receiver!'], { cwd: folder });
    expect(written).toMatchObject({
      code: 0,
      stderr: expect.stringMatching(/cd 'My Receiver!' && npm install && npm start/),
    });
    const project = join(folder, 'My Receiver!');
    expect((await readdir(project)).toSorted()).toEqual(files);
    await install(project, framework);
    const secret = await secretOf(project);

    const env = { PORT: '0', PATH: `${join(root, 'node_modules/.bin')}${delimiter}${process.env.PATH}` };
    const server = new Program('npm', ['start'], { cwd: project, env });
    onTestFinished(() => server.kill());
    const [, url = ''] = await server.says(/^listening on (\S+)$/m);
    expect(await sendEvent(url, 'scan_completed', { secret })).toMatchObject({ status: 200 });
    await server.says(/Scan 'scan_12345' of 'example\.com' completed, 1234 findings/);
    expect((await sendEvent(url, 'scan_completed', { secret: 'another' })).status).toBe(401);
    expect(await get(url, '/health')).toMatchObject({ status: 200 });
    server.signal('SIGINT', 'group');
    await server.end();

    const log = await run('npm', ['run', '-s', 'webhooks', '--', 'log'], { cwd: project, env });
    expect(log).toMatchObject({
      code: 0,
      output: expect.stringMatching(/1 .* processed +scan_completed +example\.com/),
    });
  });
});

describe('init', () => {
  it('writes a new secret only to .env, which only the owner may read', async () => {
    const [first, second] = [await temporaryFolder(), await temporaryFolder()];
    for (const cwd of [first, second]) expect((await spiderfoot(['init', 'express'], { cwd })).code).toBe(0);
    const secret = await secretOf(first);
    expect(secret).toHaveLength(64);
    expect(await secretOf(second)).not.toBe(secret);
    expect((await stat(join(first, '.env'))).mode & 0o777).toBe(0o600);
    for (const file of files) {
      if (file === '.env' || file === 'src') continue;
      expect(await readFile(join(first, file), 'utf8')).not.toContain(secret);
    }
    expect((await readFile(join(first, '.gitignore'), 'utf8')).split('\n')).toContain('.env');
  });

  it('disables install scripts, and requires the Node version that SQLite requires', async () => {
    const cwd = await temporaryFolder();
    expect((await spiderfoot(['init', 'express'], { cwd })).code).toBe(0);
    const setting = await run('npm', ['config', 'get', 'ignore-scripts'], { cwd });
    expect(setting.output.trim()).toBe('true');
    const sqlite = JSON.parse(await readFile(join(root, 'packages/sqlite/package.json'), 'utf8'));
    const project = JSON.parse(await readFile(join(cwd, 'package.json'), 'utf8'));
    expect(project.engines).toEqual(sqlite.engines);
  });

  it('writes the location of --store to .env, and depends on the package of its engine', async () => {
    const cwd = await temporaryFolder();
    expect((await spiderfoot(['init', 'hono', '--store', 'my data/#1.db'], { cwd })).code).toBe(0);
    const program = 'console.log(process.env.SPIDERFOOT_WEBHOOK_STORE)';
    for (const file of ['.env', '.env.example']) {
      const read = await run(process.execPath, [`--env-file=${file}`, '-e', program], { cwd });
      expect(read.lines).toEqual(['my data/#1.db']);
    }
    const { dependencies } = JSON.parse(await readFile(join(cwd, 'package.json'), 'utf8'));
    expect(Object.keys(dependencies)).toEqual(expect.arrayContaining(['sqlite', 'store'].map(ours)));
  });

  it.each(["it's.db", 'mysql://127.0.0.1/webhooks'])(
    'exits with 2 and writes no file for --store %j',
    async (location) => {
      const cwd = await temporaryFolder();
      const ended = await spiderfoot(['init', 'koa', '--store', location], { cwd });
      expect(ended).toMatchObject({ code: 2, stderr: expect.stringMatching(/^error: --store /) });
      expect(await readdir(cwd)).toEqual([]);
    },
  );

  it.each(['package.json', '.env', 'src/server.ts', 'README.md'])(
    'writes no file if %s exists',
    async (file) => {
      const folder = await temporaryFolder();
      await mkdir(join(folder, 'src'));
      await writeFile(join(folder, file), 'mine');
      const { code, stderr } = await spiderfoot(['init', 'koa', '.'], { cwd: folder });
      expect({ code, stderr }).toEqual({
        code: 1,
        stderr: expect.stringContaining(` ${file}.\n`),
      });
      expect(await readFile(join(folder, file), 'utf8')).toBe('mine');
      const left = await readdir(folder, { recursive: true });
      expect(left.toSorted()).toEqual([...new Set(['src', file])].toSorted());
    },
  );

  it('does not write through a symbolic link with a missing target', async () => {
    const folder = await temporaryFolder();
    const elsewhere = join(await temporaryFolder(), 'stolen');
    await symlink(elsewhere, join(folder, '.env'));
    expect(await spiderfoot(['init', 'hono', folder])).toMatchObject({
      code: 1,
      stderr: expect.stringContaining(' .env.\n'),
    });
    await expect(stat(elsewhere)).rejects.toThrow();
  });

  it('depends on the versions with which the kit is tested', async () => {
    const yaml = await readFile(join(root, 'pnpm-workspace.yaml'), 'utf8');
    const kit = JSON.parse(await readFile(join(root, 'packages/cli/package.json'), 'utf8')).version;
    for (const framework of frameworks) {
      const folder = await temporaryFolder();
      await spiderfoot(['init', framework, folder]);
      const { dependencies, devDependencies } = JSON.parse(
        await readFile(join(folder, 'package.json'), 'utf8'),
      );
      for (const [name, version] of Object.entries({ ...dependencies, ...devDependencies })) {
        const known = new RegExp(`^  "?${name}"?: (\\S+)$`, 'm').exec(yaml)?.[1];
        expect([name, version]).toEqual([name, name.startsWith('@spiderfoot-webhooks/') ? `^${kit}` : known]);
      }
    }
  });

  it('lists the frameworks if an unknown one is given', async () => {
    const { code, stderr } = await spiderfoot(['init', 'expres']);
    expect({ code, stderr }).toEqual({ code: 2, stderr: expect.stringContaining('express, koa, hono') });
  });
});
