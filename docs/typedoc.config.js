import { readdirSync, readFileSync } from 'node:fs';
import { Converter, ReflectionKind } from 'typedoc';

const packages = new URL('../packages/', import.meta.url);

/** The entry points that the packages export: the path of the source, and the name by which a program imports it. */
const entries = readdirSync(packages).flatMap((folder) => {
  const { name, exports = {} } = JSON.parse(
    readFileSync(new URL(`${folder}/package.json`, packages), 'utf8'),
  );
  return Object.entries(exports)
    .map(([subpath, target]) => ({ subpath, source: target['@spiderfoot-webhooks/source'] }))
    .filter(({ source }) => source !== undefined)
    .map(({ subpath, source }) => ({
      source: `../packages/${folder}/${source}`,
      /** The title that TypeDoc gives the module. */
      title: `${folder}/${source.replace(/^\.\//, '').replace(/(\/index)?\.ts$/, '')}`,
      importName: `${name}${subpath.slice(1)}`,
    }));
});

/** Title each module by the name by which a program imports it. */
function useImportNames(/** @type {import('typedoc').Application} */ app) {
  app.converter.on(Converter.EVENT_RESOLVE_BEGIN, ({ project }) => {
    for (const module of project.getChildrenByKind(ReflectionKind.Module)) {
      module.name = entries.find(({ title }) => title === module.name)?.importName ?? module.name;
    }
  });
}

/** @type {Partial<import('typedoc').TypeDocOptions & import('typedoc-plugin-markdown').PluginOptions>} */
export default {
  name: 'API',
  plugin: ['typedoc-plugin-markdown', 'typedoc-vitepress-theme', useImportNames],
  tsconfig: './tsconfig.typedoc.json',
  entryPoints: entries.map(({ source }) => source),
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
