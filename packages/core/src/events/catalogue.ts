import type * as z from 'zod';
import { aliases } from './aliases.ts';
import { definitions } from './definitions/index.ts';
import { anyEventSchema, type DataSchemas, eventSchemas, mapSchemas } from './schemas.ts';

/** What a catalogue answers about event types, the user's own included. */
export interface Catalogue {
  /** The type's own name, for a name or an alias of it. Other names stay as they are. */
  canonical(type: string): string;
  /** The schema of a whole event of this type. */
  schema(type: string): z.ZodType;
  /** Whether a type, by its {@link canonical} name, has a schema of its own. */
  hasSchema(type: string): boolean;
  /** Whether a selector (a type, an alias, `<category>.*`, `all`) can ever match. */
  knows(selector: string): boolean;
  /** Whether a selector takes events of a type; both are given as {@link canonical} names. */
  covers(selector: string, type: string): boolean;
  /** Every selector there is, for a message that proposes one. */
  readonly selectors: readonly string[];
}

export function createCatalogue(own: DataSchemas): Catalogue {
  const schemas = new Map<string, z.ZodType>(Object.entries({ ...eventSchemas, ...mapSchemas(own) }));
  const canonicals = new Map<string, string>(Object.entries(aliases));
  // A user's schema for a name that is an alias makes that name a type of its own.
  for (const type of Object.keys(own)) canonicals.delete(type);

  const categories = new Map<string, Set<string>>();
  const addTo = (category: string, type: string) => {
    const types = categories.get(category) ?? new Set();
    categories.set(category, types.add(type));
  };
  for (const [type, { category }] of Object.entries(definitions)) addTo(category, type);
  for (const type of schemas.keys()) if (prefixOf(type) !== undefined) addTo(prefixOf(type) ?? '', type);
  for (const [alias, type] of canonicals)
    if (prefixOf(alias) !== undefined) addTo(prefixOf(alias) ?? '', type);

  const selectors = [
    ...schemas.keys(),
    ...canonicals.keys(),
    ...[...categories.keys()].map((name) => `${name}.*`),
    'all',
  ];
  const known = new Set(selectors);

  return {
    canonical: (type) => canonicals.get(type) ?? type,
    hasSchema: (type) => schemas.has(type),
    schema: (type) => schemas.get(type) ?? anyEventSchema,
    knows: (selector) => known.has(selector),
    covers(selector, type) {
      if (selector === 'all' || selector === type) return true;
      if (!selector.endsWith('.*')) return false;
      const category = selector.slice(0, -2);
      return prefixOf(type) === category || categories.get(category)?.has(type) === true;
    },
    selectors,
  };
}

function prefixOf(type: string): string | undefined {
  const dot = type.indexOf('.');
  return dot > 0 ? type.slice(0, dot) : undefined;
}
