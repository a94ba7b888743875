import { createCatalogue } from '../events/catalogue.ts';

/** The event types that a name stands for. */
export interface TypeSelection {
  /** Those that are known. */
  readonly types: readonly string[];
  /** Whether a type is among them; a category also covers types of its prefix that are not known. */
  covers(type: string): boolean;
}

/**
 * The event types that a name stands for, as `events` reads it: a type, an alias, a category (`finding.*` or `finding`) or
 * `all`. For looking into a store, which keeps the types by their own names.
 * @returns `undefined` for a name that is not known
 * @example
 * selectTypes('scan.completed')?.types; // ['scan_completed']
 */
export function selectTypes(selector: string): TypeSelection | undefined {
  const { knows, canonical, covers, selectors } = createCatalogue({});
  const category = `${selector}.*`;
  const names = knows(category) ? [selector, category] : knows(selector) ? [canonical(selector)] : undefined;
  if (names === undefined) return undefined;
  const isCovered = (type: string) => names.some((name) => covers(name, type));
  const types = new Set(selectors.filter((name) => !isGroup(name)).map(canonical));
  return { types: [...types].filter(isCovered), covers: isCovered };
}

/** Every name that {@link selectTypes} knows, for a message that proposes one. */
export function typeSelectors(): readonly string[] {
  return createCatalogue({}).selectors;
}

function isGroup(selector: string): boolean {
  return selector === 'all' || selector.endsWith('.*');
}
