import type * as z from 'zod';
import { aliases } from './aliases.ts';
import { definitions } from './definitions/index.ts';
import { anyEventSchema, type DataSchemas, eventSchemas, mapSchemas } from './schemas.ts';

/** The known event types, including the user's own. */
export interface Catalogue {
  /** Return the canonical name of a type, for its name or an alias. Unknown names are returned unchanged. */
  canonical(type: string): string;
  /** Return the schema of a complete event of this type. */
  schema(type: string): z.ZodType;
  /** Return whether a type has its own schema. The type is a {@link canonical} name. */
  hasSchema(type: string): boolean;
  /** Return whether a selector (a type, an alias, `<category>.*`, `all`) can ever match. */
  knows(selector: string): boolean;
  /** Return whether a selector matches events of a type. Both are {@link canonical} names. */
  covers(selector: string, type: string): boolean;
  /** All selectors, for error messages that suggest one. */
  readonly selectors: readonly string[];
}

export function createCatalogue(own: DataSchemas): Catalogue {
  const schemas = new Map<string, z.ZodType>(Object.entries({ ...eventSchemas, ...mapSchemas(own) }));
  const canonicals = new Map<string, string>(Object.entries(aliases));
  // If a user defines a schema for an alias, the alias becomes a type of its own.
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
