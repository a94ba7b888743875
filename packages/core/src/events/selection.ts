import { createCatalogue } from './catalogue.ts';

/** The event types that a selector matches. */
export interface TypeSelection {
  /** The known types among them. */
  readonly types: readonly string[];
  /** Return whether a type matches. A category also matches unknown types with its prefix. */
  covers(type: string): boolean;
}

/**
 * Return the event types that a selector matches, with the same syntax as the option `events`: a type, an alias, a
 * category (`finding.*` or `finding`) or `all`. Use it to query a store, which keeps canonical types.
 * @returns `undefined` if the selector is unknown
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

/** Return every selector that {@link selectTypes} knows, for example to suggest one in an error message. */
export function typeSelectors(): readonly string[] {
  return createCatalogue({}).selectors;
}

function isGroup(selector: string): boolean {
  return selector === 'all' || selector.endsWith('.*');
}
