import { isList, type Json } from './lossless-json.ts';

/** The maximum number of orders that are tried. */
const most = 6000;

/** Yield a value with its members in every order, if there are few orders. */
export function* memberOrders(json: Json): Generator<Json, void, undefined> {
  if (countOrders(json) <= most) yield* orders(json);
  else yield* outerOrders(json);
}

function countOrders(json: Json): number {
  if (typeof json !== 'object' || json === null) return 1;
  const parts = Object.values(json);
  const inner = parts.reduce((product: number, part) => product * countOrders(part), 1);
  if (isList(json)) return inner;
  let own = 1;
  for (let factor = 2; factor <= parts.length && own <= most; factor++) own *= factor;
  return own * inner;
}

function* orders(json: Json): Generator<Json, void, undefined> {
  if (typeof json !== 'object' || json === null) yield json;
  else if (isList(json)) for (const items of product(json)) yield items;
  else {
    const names = Object.keys(json);
    for (const values of product(Object.values(json))) {
      const entries = names.map((name, index) => [name, values[index] ?? null] as const);
      for (const order of permutations(entries)) yield Object.fromEntries(order);
    }
  }
}

/** The orders of the outermost object, with the others as they are. */
function* outerOrders(json: Json): Generator<Json, void, undefined> {
  if (typeof json !== 'object' || json === null || isList(json)) return;
  const entries = Object.entries(json);
  if (entries.length <= 6) for (const order of permutations(entries)) yield Object.fromEntries(order);
}

function* product(values: readonly Json[]): Generator<readonly Json[], void, undefined> {
  const [first, ...rest] = values;
  if (first === undefined) {
    yield [];
    return;
  }
  for (const others of product(rest)) for (const each of orders(first)) yield [each, ...others];
}

function* permutations<Item>(items: readonly Item[]): Generator<readonly Item[], void, undefined> {
  if (items.length < 2) {
    yield items;
    return;
  }
  for (const [index, first] of items.entries()) {
    const rest = items.filter((_, other) => other !== index);
    for (const order of permutations(rest)) yield [first, ...order];
  }
}
