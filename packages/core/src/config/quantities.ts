const milliseconds: Readonly<Record<string, number>> = {
  ms: 1,
  s: 1000,
  m: 60_000,
  h: 3_600_000,
  d: 86_400_000,
  w: 604_800_000,
};

const bytes: Readonly<Record<string, number>> = { b: 1, kb: 1024, mb: 1024 ** 2, gb: 1024 ** 3 };

/**
 * Read a duration: a number with a unit, one of `ms`, `s`, `m`, `h`, `d`, `w`.
 * @returns milliseconds. `undefined` for any other text
 * @example
 * parseDuration('1.5m'); // 90000
 */
export function parseDuration(text: string): number | undefined {
  return parseQuantity(text, milliseconds);
}

/**
 * Read a size: a number of bytes, or a number with a unit, one of `b`, `kb`, `mb`, `gb`. 1 kb is 1024 bytes.
 * @returns bytes, at least 1. `undefined` for any other text
 * @example
 * parseSize('512kb'); // 524288
 */
export function parseSize(text: string): number | undefined {
  const size = /^\d{1,15}$/.test(text) ? Number(text) : parseQuantity(text, bytes);
  return size !== undefined && size >= 1 ? Math.floor(size) : undefined;
}

/**
 * Format a size for {@link parseSize}, in the largest unit that needs no fraction.
 * @param size bytes
 * @example
 * formatSize(524288); // '512kb'
 */
export function formatSize(size: number): string {
  const [unit, factor] = Object.entries(bytes).findLast(([, each]) => size % each === 0) ?? ['b', 1];
  return `${size / factor}${unit}`;
}

function parseQuantity(text: string, units: Readonly<Record<string, number>>): number | undefined {
  const [, amount = '', unit = ''] = /^(\d{1,9}(?:\.\d{1,3})?)([a-z]{1,2})$/i.exec(text) ?? [];
  const name = unit.toLowerCase();
  const factor = Object.hasOwn(units, name) ? units[name] : undefined;
  return factor === undefined ? undefined : Number(amount) * factor;
}
