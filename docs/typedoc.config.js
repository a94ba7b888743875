import { readdirSync, readFileSync } from 'node:fs';

const packages = new URL('../packages/', import.meta.url);

/** The sources of all entry points, as the packages export them. */
const entryPoints = readdirSync(packages).flatMap((name) => {
  const { exports = {} } = JSON.parse(readFileSync(new URL(`${name}/package.json`, packages), 'utf8'));
  return Object.values(exports)
    .map((entry) => entry['@spiderfoot-webhooks/source'])
    .filter((source) => source !== undefined)
    .map((source) => `../packages/${name}/${source}`);
});

/** @type {Partial<import('typedoc').TypeDocOptions & import('typedoc-plugin-markdown').PluginOptions>} */
export default {
  name: 'API',
  plugin: ['typedoc-plugin-markdown', 'typedoc-vitepress-theme'],
  tsconfig: './tsconfig.typedoc.json',
  entryPoints,
  displayBasePath: '../packages',
  out: './api',
  docsRoot: '.',
  readme: 'none',
  disableSources: true,
  treatWarningsAsErrors: true,
  hideBreadcrumbs: true,
  excludeExternals: true,
  externalSymbolLinkMappings: { '@types/node': { '*': '#' } },
};
