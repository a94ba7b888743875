import { existsSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { parseDocument } from 'yaml';
import * as z from 'zod';
import { longest } from '../longest-first.ts';
import { textOf } from './support/readme.ts';
import { packageNames, readManifest, root } from './support/workspace.ts';

const manifest = z
  .object({ scripts: z.record(z.string(), z.string()), packageManager: z.string() })
  .parse(JSON.parse(textOf('package.json')));

const workflows = filesIn('.github/workflows');
const forms = filesIn('.github/ISSUE_TEMPLATE').filter((file) => !file.endsWith('/config.yml'));

function filesIn(folder: string): readonly string[] {
  return readdirSync(join(root, folder)).map((name) => `${folder}/${name}`);
}

function parse(file: string): unknown {
  const document = parseDocument(textOf(file));
  expect([...document.errors, ...document.warnings]).toEqual([]);
  return document.toJS();
}

const step = z.object({
  uses: z.string().optional(),
  run: z.string().optional(),
  with: z.record(z.string(), z.unknown()).default({}),
  env: z.record(z.string(), z.string()).optional(),
});
const matrix = z.record(z.string(), z.array(z.string()));
const workflow = z.object({
  on: z.looseObject({}),
  permissions: z.record(z.string(), z.enum(['read', 'write', 'none'])),
  jobs: z.record(
    z.string(),
    z.object({
      'runs-on': z.string(),
      'timeout-minutes': z.number(),
      permissions: z.record(z.string(), z.string()).optional(),
      strategy: z.object({ matrix }).optional(),
      steps: z.array(step),
    }),
  ),
});

function stepsOf(file: string): readonly z.infer<typeof step>[] {
  return Object.values(workflow.parse(parse(file)).jobs).flatMap(({ steps }) => steps);
}

function commandsOf(file: string): readonly string[] {
  return stepsOf(file).flatMap(({ run = [], with: inputs }) =>
    [run, inputs['version-script'] ?? [], inputs['publish-script'] ?? []].flat().map(String),
  );
}

describe.each(workflows)('The workflow %s', (file) => {
  it('runs scripts that package.json has', () => {
    const scripts = commandsOf(file).flatMap((command) =>
      [...command.matchAll(/\bnpm (?:run (?:--silent )?([\w:-]+)|(test|start)\b)/g)].map(
        ([, script, short]) => script ?? short,
      ),
    );
    expect(scripts).not.toEqual([]);
    expect(scripts.filter((script) => !Object.keys(manifest.scripts).includes(String(script)))).toEqual([]);
  });

  it('pins its actions by their major versions', () => {
    const actions = stepsOf(file).flatMap(({ uses = [] }) => uses);
    expect(actions).not.toEqual([]);
    expect(actions.filter((action) => !/^[\w-]+\/[\w-]+@v\d+$/.test(action))).toEqual([]);
  });

  it('grants no permission to write to all of its jobs', () => {
    expect(workflow.parse(parse(file)).permissions).toEqual({ contents: 'read' });
  });
});

it('the README has at most 900 words', () => {
  expect(textOf('README.md').split(/\s+/).length).toBeLessThanOrEqual(900);
});

describe('The workflow of CI', () => {
  const { jobs } = workflow.parse(parse('.github/workflows/ci.yml'));

  it('runs the tests on Node 22, 24 and the newest, on Linux, macOS and Windows', () => {
    expect(jobs.test?.['runs-on']).toBe('$'.concat('{{ matrix.os }}'));
    expect(jobs.test?.strategy?.matrix).toEqual({
      os: ['ubuntu-latest', 'macos-latest', 'windows-latest'],
      node: ['22', '24', 'latest'],
    });
    // `npm test`, in two steps.
    const commands = jobs.test?.steps.map(({ run }) => run);
    expect(manifest.scripts.test).toBe('npm run setup && npm run check');
    expect(commands).toEqual(expect.arrayContaining(['npm run setup', 'npm run check']));
  });

  it('installs the Debian packages that .ci/run installs', () => {
    const [, wanted = ''] = /^for package in (.+); do$/m.exec(textOf('.ci/run')) ?? [];
    const install = commandsOf('.github/workflows/ci.yml').find((command) => command.includes('apt-get'));
    const [, installed = ''] = /--no-install-recommends (.+)$/m.exec(install ?? '') ?? [];
    expect(installed.split(' ')).not.toEqual(['']);
    expect(installed.split(' ')).toEqual(wanted.split(' '));
  });
});

describe('The workflow of a release', () => {
  const { jobs } = workflow.parse(parse('.github/workflows/release.yml'));

  it('publishes with provenance, and with the package manager of the repository', () => {
    expect(jobs.release?.permissions).toMatchObject({ 'id-token': 'write' });
    expect(jobs.release?.steps.at(-1)?.env).toMatchObject({ NPM_CONFIG_PROVENANCE: 'true' });
    expect(jobs.release?.steps.map(({ run }) => run)).toContain(
      `npm install --global ${manifest.packageManager}`,
    );
  });

  it('uses the action that belongs to the major version of Changesets', () => {
    const { devDependencies } = readManifest('.');
    expect(devDependencies?.['@changesets/cli']).toMatch(/^3\./);
    expect(jobs.release?.steps.map(({ uses }) => uses)).toContain('changesets/action@v2');
  });

  it('raises the versions of all packages together, and of no others', () => {
    const config = z
      .object({ fixed: z.tuple([z.tuple([z.string()])]) })
      .parse(JSON.parse(textOf('.changeset/config.json')));
    const [, scope, others] = /^(.+\/)!\((.+)\)$/.exec(config.fixed[0][0]) ?? [];
    const fixed = new RegExp(`^${scope}(?!(?:${others?.replaceAll('*', '.*')})$)`);
    const folders = ['packages', 'examples'].flatMap((folder) =>
      filesIn(folder).filter((path) => existsSync(join(root, path, 'package.json'))),
    );
    const names = [...folders, 'test', 'bench', 'docs'].map((folder) => readManifest(folder).name);
    expect(names.filter((name) => fixed.test(name))).toEqual(
      packageNames.map((name) => `@spiderfoot-webhooks/${name}`),
    );
  });
});

const field = z.object({
  type: z.enum(['markdown', 'textarea', 'input', 'dropdown', 'checkboxes']),
  id: z.string().optional(),
  attributes: z.looseObject({ label: z.string().optional(), value: z.string().optional() }),
});
const form = z.object({ name: z.string(), description: z.string(), body: z.array(field).min(1) });

it.each(forms)('The issue form %s has a label and an identifier for each of its fields', (file) => {
  const fields = form.parse(parse(file)).body.filter(({ type }) => type !== 'markdown');
  expect(fields.filter(({ id, attributes }) => !id || !attributes.label)).toEqual([]);
  expect(new Set(fields.map(({ id }) => id)).size).toBe(fields.length);
});

it('renovate.json names dependencies and files that exist', () => {
  const rule = z.object({
    matchDepNames: z.array(z.string()).default([]),
    matchFileNames: z.array(z.string()).default([]),
  });
  const { packageRules } = z
    .object({ packageRules: z.array(rule) })
    .parse(JSON.parse(textOf('renovate.json')));
  const folders = ['.', 'test', 'docs', ...packageNames.map((name) => `packages/${name}`)];
  const manifests = folders.map((folder) => textOf(`${folder}/package.json`));
  const unknown = packageRules
    .flatMap(({ matchDepNames }) => matchDepNames)
    .filter((name) => !manifests.some((text) => text.includes(`"${name}":`)));
  expect(unknown).toEqual([]);
  const files = packageRules.flatMap(({ matchFileNames }) => matchFileNames);
  expect(files.filter((file) => !existsSync(join(root, file)))).toEqual([]);
});

it('the list of the longest test files names files that exist', () => {
  expect(longest.filter((file) => !existsSync(join(root, file)))).toEqual([]);
});

it.each(['SECURITY.md', 'CODE_OF_CONDUCT.md', '.github/pull_request_template.md', ...forms])(
  '%s names no address and no person',
  (file) => {
    expect(textOf(file)).not.toMatch(
      /https?:\/\/|\bwww\.|\w@\w+\.\w|(?<![\w`'])@(?!spiderfoot-webhooks\/)\w/,
    );
  },
);
