import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';
import { rejections } from '@spiderfoot-webhooks/core';
import { describe, expect, it } from 'vitest';
import { pathsOf, runtimes } from '../runtimes/matrix.ts';
import { adapters } from '../support/adapters/index.ts';
import { adapterNames } from './support/entries.ts';
import { codeIn, tableBelow, textOf } from './support/readme.ts';
import { packageNames, readManifest, root } from './support/workspace.ts';

/** The folders that `tsc -b` builds. */
const built = ['packages', 'examples']
  .flatMap(foldersIn)
  .filter((folder) => existsSync(join(root, folder, 'tsconfig.json')));

function foldersIn(folder: string): readonly string[] {
  return readdirSync(join(root, folder)).map((name) => `${folder}/${name}`);
}

function referencesOf(folder: string): readonly string[] {
  const config: { readonly references?: readonly { readonly path: string }[] } = JSON.parse(
    readFileSync(join(root, folder, 'tsconfig.json'), 'utf8'),
  );
  return (config.references ?? []).map(({ path }) => path);
}

it('tsconfig.json builds every package and every example', () => {
  expect(referencesOf('.').toSorted()).toEqual(built.toSorted());
});

it.each(built)('The tsconfig.json of %s refers to the packages that it imports', (folder) => {
  const { dependencies, peerDependencies, devDependencies } = readManifest(folder);
  const imported = Object.keys({ ...dependencies, ...peerDependencies, ...devDependencies })
    .filter((name) => name.startsWith('@spiderfoot-webhooks/'))
    .map((name) => name.replace('@spiderfoot-webhooks/', ''));
  const referred = referencesOf(folder)
    .filter((path) => path.startsWith('../'))
    .map((path) => path.split('/').at(-1));
  expect(referred.toSorted()).toEqual(imported.toSorted());
});

it.each(packageNames)('The table of packages in CONTRIBUTING.md names %s', (name) => {
  expect(textOf('CONTRIBUTING.md')).toMatch(new RegExp(`^\\| .*\\b${name}\\b`, 'm'));
});

it.each(runtimes)('The test files that $name runs exist', (runtime) => {
  const all = [...runtime.suites.keys()].flatMap((suite) => pathsOf(runtime, suite));
  const exists = (path: string) =>
    existsSync(join(root, path)) ||
    readdirSync(join(root, dirname(path))).some((name) => name.startsWith(basename(path)));
  expect(all).not.toEqual([]);
  expect(all.filter((path) => !exists(path))).toEqual([]);
});

it('The paths in CONTRIBUTING.md exist', () => {
  const paths = codeIn(textOf('CONTRIBUTING.md').replaceAll(/^```[\s\S]*?^```$/gm, '')).filter((code) =>
    /^(?:packages|test|examples|bench|docs)\/[\w./-]+$/.test(code),
  );
  expect(paths.length).toBeGreaterThan(20);
  expect(paths.filter((path) => !/\bNAME\b/.test(path) && !existsSync(join(root, path)))).toEqual([]);
});

it('The table of rules in CONTRIBUTING.md has every rejection, in a file that contains its code', () => {
  const rows = tableBelow('CONTRIBUTING.md', /^### Find the rule/m);
  const codes = rows.flatMap(([cell]) => codeIn(cell));
  expect(new Set(codes)).toEqual(new Set(Object.keys(rejections)));
  for (const [cell, files] of rows) {
    for (const code of codeIn(cell))
      for (const file of codeIn(files)) expect(textOf(file), `${code} in ${file}`).toContain(`'${code}'`);
  }
});

describe.each(adapterNames)('The adapter %s', (name) => {
  it(`${name} runs in the conformance suite, as a handler and as middleware`, () => {
    expect(Object.keys(adapters)).toContain(name);
    expect(adapters[name]?.mounts).not.toEqual([]);
    expect(adapters[name]?.routeMounts ?? []).not.toEqual([]);
  });

  it(`${name} has a page with its installation, a handler and middleware, and a link in the README`, () => {
    const page = textOf(`docs/${name}.md`);
    expect(page).toContain(`npm install @spiderfoot-webhooks/core @spiderfoot-webhooks/${name}`);
    expect(page).toContain('webhookHandler(receiver)');
    expect(page).toContain('webhookMiddleware(');
    expect(textOf('README.md')).toContain(`(docs/${name}.md)`);
  });
});
