/**
 * Yield combinations of one item of each list, the likeliest first. The likeliest item of a list is the first. The
 * combinations are in the order of the sum of the ranks, counted in bits, so a combination of two unusual items comes
 * after those of one.
 * @param most the maximum number of combinations
 */
export function* likeliestFirst(
  sizes: readonly number[],
  most: number,
): Generator<readonly number[], void, undefined> {
  const total = sizes.reduce((product, size) => product * size, 1);
  let left = Math.min(most, total);
  for (let cost = 0; left > 0; cost++) {
    for (const indices of ofCost(sizes, cost)) {
      if (left-- <= 0) return;
      yield indices;
    }
  }
}

function* ofCost(sizes: readonly number[], cost: number): Generator<readonly number[], void, undefined> {
  const [size, ...others] = sizes;
  if (size === undefined) {
    if (cost === 0) yield [];
    return;
  }
  for (let index = 0; index < size; index++) {
    const rest = cost - Math.floor(Math.log2(index + 1));
    if (rest < 0) return;
    for (const indices of ofCost(others, rest)) yield [index, ...indices];
  }
}
