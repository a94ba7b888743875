import { existsSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { createReceiver, rejections } from '@spiderfoot-webhooks/core';
import { toHttpResponse } from '@spiderfoot-webhooks/core/adapter';
import { readEnvironment } from '@spiderfoot-webhooks/core/node';
import { signedDelivery } from '@spiderfoot-webhooks/core/testing';
import { storeFromEnvironment } from '@spiderfoot-webhooks/store';
import { afterAll, beforeAll, describe, expect, it, onTestFinished } from 'vitest';
import { Program, run, stopPrograms } from './support/program.ts';
import {
  blocksOf,
  type Compiled,
  codeIn,
  compile,
  documents,
  promisedBy,
  tableBelow,
  textOf,
} from './support/readme.ts';
import { root } from './support/workspace.ts';

afterAll(stopPrograms);

describe('the TypeScript in the documents', () => {
  const blocks = documents.flatMap(blocksOf);
  let compiled: Compiled;
  beforeAll(async () => {
    compiled = await compile(blocks);
  });
  afterAll(() => compiled?.remove());

  it.each(blocks)('$name compiles without errors', (block) => {
    expect(compiled.errors(block)).toEqual([]);
  });

  it.each(blocks.filter(({ mode }) => mode === 'run'))(
    '$name prints the output in its comments',
    async (block) => {
      const { lines, stderr, code } = await compiled.run(block);
      expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
      expect(promisedBy(block)).not.toEqual([]);
      expect(lines).toEqual(promisedBy(block));
    },
  );

  it.each(blocks.filter(({ mode }) => mode === 'drive'))('$name accepts an event', async (block) => {
    const { lines, stderr, code } = await compiled.drive(block);
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
    const own = lines.filter((line) => !/^(?:answer|outcome|POST|default) /.test(line));
    expect(own.length > 0, 'prints something itself').toBe(block.code.includes('console.log'));
    const said = lines.filter((line) => !own.includes(line));
    expect(said.join('\n')).toMatch(
      block.code.includes('createReceiver')
        ? /^(?:answer (?:200 success|202 accepted)|outcome (?:processed|accepted))(?:\nPOST 200|\ndefault is app true)?$/
        : /^$/,
    );
  });
});

describe("the README's commands", () => {
  const { scripts }: { scripts: Record<string, string> } = JSON.parse(textOf('package.json'));

  it('lists only npm scripts that exist in README.md and CONTRIBUTING.md', () => {
    const commands = ['README.md', 'CONTRIBUTING.md'].flatMap((file) => [
      ...textOf(file).matchAll(/\bnpm (start|test|run (?:-s )?[\w:]+)/g),
    ]);
    expect(commands.length).toBeGreaterThan(4);
    for (const [, script = ''] of commands)
      expect(Object.keys(scripts)).toContain(script.replace(/^run (?:-s )?/, ''));
    for (const command of ['npm test', 'npm run --silent test:all', 'npm run --silent test:runtimes'])
      expect(textOf('.ci/run').split('\n')).toContain(command);
  });

  it('npm start prints a command that sends an event, which `log` shows and `replay` replays', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'spiderfoot-start-'));
    onTestFinished(() => rmSync(folder, { recursive: true }));
    const database = join(folder, 'webhooks.db');
    const last = scripts.start?.split(' && ').at(-1)?.replace('webhooks.db', database);
    const program = new Program('sh', ['-c', `exec ${last}`], { env: { PORT: '0' } });
    const [, command = ''] = await program.says(/^Send an event: {2}(.+)$/m);
    expect(await run('sh', ['-c', command])).toMatchObject({ code: 0 });
    await program.says(/scan_completed .*processed/);

    const shown = await run('sh', ['-c', `${scripts.webhooks} log --store ${database}`]);
    expect(shown).toMatchObject({ code: 0, output: expect.stringContaining('scan_completed') });
    expect(await run('sh', ['-c', `${scripts.webhooks} replay 1 --store ${database}`])).toMatchObject({
      code: 0,
    });
    await program.says(/scan_completed .*handled/);
    program.signal('SIGINT');
    expect(await program.end()).toEqual({ code: 0, signal: null });
  });
});

it.each([...documents, 'CONTRIBUTING.md', 'docs/custom-adapter.md', 'docs/custom-store.md', 'docs/cli.md'])(
  'has no dead links in %s',
  (file) => {
    const links = [...textOf(file).matchAll(/\]\((?!https:)([^)]+)\)/g)].map(([, link = '']) => link);
    const dead = links.filter((link) => {
      const [path = '', heading] = link.split('#');
      const target = path === '' ? file : join(dirname(file), path);
      if (!existsSync(join(root, target))) return true;
      return heading !== undefined && !headingsOf(target).includes(heading);
    });
    expect(dead).toEqual([]);
  },
);

/** Returns the anchors of the headings of a document. */
function headingsOf(file: string): readonly string[] {
  return [...textOf(file).matchAll(/^#+ (.*)$/gm)].map(([, heading = '']) =>
    heading
      .toLowerCase()
      .replaceAll(/[^\w -]/g, '')
      .replaceAll(' ', '-'),
  );
}

it('docs/custom-adapter.md shows the adapter that the conformance suite runs', () => {
  const [block] = blocksOf('docs/custom-adapter.md');
  expect(block?.code).toBe(textOf('test/support/adapters/fastify-adapter.ts'));
});

it('docs/runtimes.md lists the versions that the tests run on', () => {
  const documented = tableBelow('docs/runtimes.md', /^# Runtimes/m).map(([, version]) => version);
  const { dependencies }: { dependencies: Record<string, string> } = JSON.parse(
    textOf('test/runtimes/package.json'),
  );
  const tested = Object.entries(dependencies)
    .filter(([name]) => !/^(?:node18|node20|typescript.*)$/.test(name))
    .map(([, version]) => version.replace(/^npm:.*@/, ''));
  expect(documented.toSorted()).toEqual(tested.toSorted());
});

describe('the tables in the docs', () => {
  it('docs/options.md lists all options in order', () => {
    const documented = tableBelow('docs/options.md', /^## `createReceiver`/m).flatMap(([option]) =>
      codeIn(option),
    );
    const misspelt = () => createReceiver(Object.assign({ secret: 's3cret' }, { none: 1 }));
    expect(misspelt).toThrow(`Known: ${documented.join(', ')}.`);
  });

  it('docs/responses.md lists all rejection codes with their statuses', () => {
    const documented = tableBelow('docs/responses.md', /^## Rejections/m).map(([status, code]) => [
      Number(status),
      ...codeIn(code),
    ]);
    const all = Object.entries(rejections).map(([code, { status }]) => [status, code]);
    expect(documented.toSorted()).toEqual(all.toSorted());
  });

  it('docs/responses.md lists all other responses with their statuses', () => {
    const documented = tableBelow('docs/responses.md', /^## Successful responses/m).map(([status, body]) => [
      Number(status),
      ...codeIn(body),
    ]);
    const event = { event_type: 'scan_completed' };
    const wire = {
      dialect: 'guide',
      eventType: 'scan_completed',
      eventHeader: undefined,
      body: '',
      nonFinite: 0,
    } as const;
    const all = (['processed', 'duplicate', 'ignored', 'accepted'] as const).map((status) => {
      const answer = toHttpResponse({ status, id: '…', event, wire });
      return [answer.status, answer.body];
    });
    expect(documented).toEqual(all);
  });

  it('docs/node-and-fetch.md lists all environment variables that are read', async () => {
    const read: string[] = [];
    const env = new Proxy<Record<string, string | undefined>>(
      { SPIDERFOOT_WEBHOOK_SECRET: 's3cret' },
      {
        get(target, name) {
          read.push(String(name));
          return target[String(name)];
        },
      },
    );
    const { host, port } = readEnvironment(env);
    await storeFromEnvironment({}, env);
    const [listen, ...rest] = tableBelow('docs/node-and-fetch.md', /^## Environment variables/m);
    expect([listen, ...rest].flatMap((row) => codeIn(row?.[0])).toSorted()).toEqual(
      [...new Set(read)].toSorted(),
    );
    expect(codeIn(listen?.[1])).toEqual([host, String(port)]);
  });

  it.each(['event', 'context'] as const)(
    'docs/events.md lists only fields of the %s that a handler gets',
    async (argument) => {
      const documented = tableBelow('docs/events.md', new RegExp(`^\\| ${argument} `, 'im')).flatMap(
        ([names]) => codeIn(names),
      );
      const given: object[] = [];
      const receiver = createReceiver({ secret: 's3cret' });
      receiver.onAny((event, context) => void given.push(argument === 'event' ? event : context));
      await receiver.receive(await signedDelivery('scan_completed', { secret: 's3cret' }));
      expect(documented.filter((name) => !(name in (given[0] ?? {})))).toEqual([]);
      expect(documented.length).toBeGreaterThan(5);
    },
  );
});
