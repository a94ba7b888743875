import { didYouMean } from '@spiderfoot-webhooks/core/config/values';
import type { DeliveryStore } from '@spiderfoot-webhooks/core/stores';
import { UsageFailure } from '../failure/failure.ts';

/**
 * Return the event types that names match in a store: types, aliases, categories, and types that only this store
 * contains.
 * @returns `undefined` for all types
 * @throws UsageFailure for a name that is neither known nor in the store
 */
export async function typesOf(
  store: Pick<DeliveryStore, 'counts'>,
  names: readonly string[],
): Promise<readonly string[] | undefined> {
  if (names.includes('all')) return undefined;
  const { selectTypes, typeSelectors } = await import('@spiderfoot-webhooks/core/events');
  const selections = names.map((name) => ({ name, selection: selectTypes(name) }));
  const isPlain = selections.every(({ selection }) => selection?.types.length === 1);
  const stored = isPlain
    ? []
    : (await store.counts({ by: ['eventType'] })).flatMap(({ eventType }) => eventType ?? []);
  return selections.flatMap(({ name, selection }) => {
    // A user's schema can define a type with any name, even that of an alias or a category.
    const own = stored.filter((type) => type === name || isOfCategory(type, name));
    const known = selection === undefined ? [] : [...selection.types, ...stored.filter(selection.covers)];
    if (known.length + own.length > 0) return [...known, ...own];
    throw new UsageFailure(
      `--type "${name}" is not an event type, and no delivery in this store has it.${didYouMean(name, [...typeSelectors(), ...stored])}`,
      '`send --list` lists the known types. `log stats` shows the types in this store.',
    );
  });
}

function isOfCategory(type: string, name: string): boolean {
  return name.endsWith('.*') && type.startsWith(name.slice(0, -1));
}
