import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { bundle, targets } from './support/bundles.ts';
import { adapterNames, entries, exportsOf } from './support/entries.ts';
import { root } from './support/workspace.ts';

const here = join(root, 'test/product');
const source = '@spiderfoot-webhooks/source';

/** Bundles all modules of the program, as a runtime loads them. By default, a bundler omits unused modules. */
function loadAll(entry: string, conditions: readonly string[]) {
  return bundle(`export * from '${entry}'`, here, {
    conditions: [source, ...conditions],
    ignoreAnnotations: true,
  });
}

it('exports these names and no others', async () => {
  const lists = entries.map((entry) => `${[entry.name, ...exportsOf(entry)].join('\n  ')}\n`);
  await expect(lists.join('\n')).toMatchFileSnapshot('exports.txt');
});

describe.each([
  ...['core', 'core/adapter', 'core/events', 'core/stores', 'core/testing', 'core/web', 'hono'],
])('The entry %s', (name) => {
  it('imports no module of Node in a bundle for a worker', async () => {
    const { imports, code } = await loadAll(`@spiderfoot-webhooks/${name}`, targets.worker.conditions);
    expect(imports).toEqual([]);
    expect(code).not.toMatch(/\bnode:/);
  });
});

it.each(adapterNames)('The adapter %s loads neither the INI parser nor the server', async (name) => {
  const { inputs } = await bundle(`export * from '@spiderfoot-webhooks/${name}'`, here, {
    conditions: [source, 'node'],
    platform: 'node',
    ignoreAnnotations: true,
  });
  expect(inputs).toContain('packages/core/src/adapter/node/delivery.ts');
  expect(inputs.filter((file) => /^packages\/core\/src\/(?:config|node)\//.test(file))).toEqual([]);
});

it.each(['core/terminal', 'core/config/values'])(
  'The entry %s loads no schema, so that a command starts fast',
  async (name) => {
    const { inputs } = await loadAll(`@spiderfoot-webhooks/${name}`, ['node']);
    expect(inputs.length).toBeGreaterThan(1);
    expect(inputs.filter((file) => /\/zod\/|^packages\/core\/src\/events\//.test(file))).toEqual([]);
  },
);
