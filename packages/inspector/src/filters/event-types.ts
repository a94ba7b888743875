import { selectTypes, severities, typeSelectors } from '@spiderfoot-webhooks/core/events';
import type { DeliveryStore } from '@spiderfoot-webhooks/core/stores';
import type { Filters } from './filters.ts';
import { typeSeverity } from './type-severity.ts';

/** The time for which the types of a store are kept, in milliseconds. */
const keptFor = 10_000;

/** Return the event types in a store, sorted. */
export type StoredTypes = () => Promise<readonly string[]>;

/** Read the event types of a store. They are kept for ten seconds, because every page needs them. */
export function createStoredTypes(store: DeliveryStore): StoredTypes {
  let types: Promise<readonly string[]> | undefined;
  let readAt = 0;

  async function read(): Promise<readonly string[]> {
    // A store that cannot count still has the kit's types.
    if (!store.capabilities.has('counts')) return selectTypes('all')?.types ?? [];
    const counts = await store.counts({ by: ['eventType'] });
    return counts.flatMap(({ eventType }) => eventType ?? []).toSorted();
  }

  return () => {
    if (types === undefined || Date.now() - readAt >= keptFor) {
      readAt = Date.now();
      types = read();
      types.catch(() => {
        types = undefined;
      });
    }
    return types;
  };
}

/**
 * Return the types that the filters `type`, `category` and `severity` select among the types of a store. `undefined` if none
 * of the three is set. An empty list matches no delivery.
 */
export function selectedTypes(filters: Filters, stored: readonly string[]): readonly string[] | undefined {
  const [named, categories, levels] = [filters.get('type'), filters.get('category'), filters.get('severity')];
  if (named === undefined && categories === undefined && levels === undefined) return undefined;
  const canonical = named?.flatMap((name) => selectTypes(name)?.types ?? [name]);
  const selections = categories?.map((category) => selectTypes(`${category}.*`));
  return (canonical ?? stored).filter(
    (type) =>
      (selections === undefined || selections.some((selection) => selection?.covers(type))) &&
      (levels === undefined || levels.includes(typeSeverity(type).toLowerCase())),
  );
}

/** The severities that can be filtered, the most severe first. */
export const severityNames: readonly string[] = severities.map((name) => name.toLowerCase()).toReversed();

/** The categories that can be filtered. */
export const categoryNames: readonly string[] = typeSelectors()
  .filter((selector) => selector.endsWith('.*'))
  .map((selector) => selector.slice(0, -2))
  .toSorted();
