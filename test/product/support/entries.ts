import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { packageNames, readManifest, root } from './workspace.ts';

/** An entry point of a package, such as `@spiderfoot-webhooks/core/node`. */
export interface Entry {
  readonly name: string;
  /** The source file. */
  readonly source: string;
}

/** The entry points of all packages that are imported. The command has none. */
export const entries: readonly Entry[] = packageNames.flatMap((folder) => {
  const home = join(root, 'packages', folder);
  const { exports = {} } = readManifest(`packages/${folder}`);
  return Object.entries(exports).flatMap(([subpath, target]) => {
    const source = typeof target === 'string' ? undefined : target['@spiderfoot-webhooks/source'];
    if (source === undefined) return [];
    return { name: `@spiderfoot-webhooks/${folder}${subpath.slice(1)}`, source: join(home, source) };
  });
});

const list = /^export (type )?\{([^}]*)\}/;
const declaration = /^export (?:async )?(interface|type|function|const|class) ([\w$]+)/;

/**
 * The names that an entry exports. A type has `type ` before its name.
 * @throws Error if the entry has a form of export that is not a list of names or a declaration
 */
export function exportsOf({ source }: Entry): readonly string[] {
  const text = readFileSync(source, 'utf8');
  const names = [...text.matchAll(/^export\b/gm)].flatMap(({ index }) => {
    const statement = text.slice(index);
    const [, ofTypes = '', listed] = list.exec(statement) ?? [];
    if (listed !== undefined) return listed.split(',').map((name) => toExport(name, ofTypes));
    const [, kind, name = ''] = declaration.exec(statement) ?? [];
    if (kind === undefined) throw new Error(`${source} has an unknown export: ${statement.split('\n')[0]}`);
    return kind === 'interface' || kind === 'type' ? `type ${name}` : name;
  });
  return [...new Set(names.filter((name) => name !== ''))].toSorted();
}

/** `a as b` is exported as `b`. */
function toExport(name: string, ofTypes: string): string {
  const [, own = '', exported = ''] = /^\s*(type )?(?:.* as )?(.*?)\s*$/s.exec(name) ?? [];
  return exported === '' ? '' : `${ofTypes || own}${exported}`;
}

/** The packages with a `webhookHandler`, by their folders in `packages`. */
export const adapterNames: readonly string[] = entries
  .filter((entry) => exportsOf(entry).includes('webhookHandler'))
  .map(({ name }) => name.replace('@spiderfoot-webhooks/', ''));
