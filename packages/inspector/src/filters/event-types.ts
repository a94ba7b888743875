import { selectTypes, severities, typeSelectors } from '@spiderfoot-webhooks/core/events';
import type { DeliveryStore } from '@spiderfoot-webhooks/core/stores';
import { isMissingCapability } from '../missing-capability.ts';
import type { Filters } from './filters.ts';
import { typeSeverity } from './type-severity.ts';

/** The time after which the types of a store are read again, in milliseconds. */
const keptFor = 10_000;
/** A read that took long is repeated after this multiple of its duration: it counts all deliveries. */
const keptTimes = 100;

/** Return the event types in a store, sorted. */
export type StoredTypes = () => Promise<readonly string[]>;

/**
 * Read the event types of a store. Every page needs them, so they are kept for ten seconds, and for longer if the store is
 * large. A page does not wait while they are read again: it gets the earlier types.
 */
export function createStoredTypes(store: DeliveryStore): StoredTypes {
  let types: Promise<readonly string[]> | undefined;
  let expires = 0;
  let isReading = false;

  async function read(): Promise<readonly string[]> {
    // A store that cannot count by type still has the kit's types.
    const known = selectTypes('all')?.types ?? [];
    if (!store.capabilities.has('counts')) return known;
    try {
      const counts = await store.counts({ by: ['eventType'] });
      return counts.flatMap(({ eventType }) => eventType ?? []).toSorted();
    } catch (error) {
      if (isMissingCapability(error)) return known;
      throw error;
    }
  }

  function readAgain(): Promise<readonly string[]> {
    isReading = true;
    const started = performance.now();
    const reading = read();
    reading.then(
      () => {
        types = reading;
        isReading = false;
        const now = performance.now();
        expires = now + Math.max(keptFor, keptTimes * (now - started));
      },
      () => {
        if (types === reading) types = undefined;
        isReading = false;
      },
    );
    return reading;
  }

  return () => {
    if (types === undefined) {
      types = readAgain();
    } else if (!isReading && performance.now() >= expires) {
      void readAgain();
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
