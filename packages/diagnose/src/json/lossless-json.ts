/**
 * JSON without loss of information. A string or a name has the prefix `s`. A number is a string with the prefix `n` and
 * the number as it was written. The prefixes also keep the order of names such as `1`, and make `__proto__` safe.
 */
export type Json = string | boolean | null | readonly Json[] | { readonly [name: `s${string}`]: Json };

/** Matches unterminated strings too. Otherwise, each quote would start another search to the end (quadratic time). */
const stringOrNumber =
  /"[^"\\]*(?:\\.[^"\\]*)*(?:"|\\?$)|-?(?:Infinity|NaN|\d+(?:\.\d+)?(?:[eE][+-]?\d+)?)/gs;

/** The maximum depth. Deeper nesting is not realistic, and would overflow the stack of the recursive writer. */
const maxDepth = 500;

/**
 * Parse JSON without loss of information. Accepts `NaN` and `Infinity`, which Python writes.
 * @returns `undefined` for any other text that is not JSON
 */
export function parseLossless(text: string): Json | undefined {
  try {
    const marked = text.replace(stringOrNumber, (token) =>
      token.startsWith('"') ? `"s${token.slice(1)}` : `"n${token}"`,
    );
    const value: unknown = JSON.parse(marked);
    return isJson(value, 0) ? value : undefined;
  } catch {
    return undefined;
  }
}

function isJson(value: unknown, depth: number): value is Json {
  if (typeof value !== 'object') return true;
  return (
    value === null || (depth < maxDepth && Object.values(value).every((part) => isJson(part, depth + 1)))
  );
}

/** Return a member of an object. */
export function memberOf(value: Json, name: string): Json | undefined {
  if (typeof value !== 'object' || value === null || isList(value)) return undefined;
  const member = Object.entries(value).find(([key]) => key === `s${name}`);
  return member?.[1];
}

export function isList(value: Json): value is readonly Json[] {
  return Array.isArray(value);
}

/** Count the numbers that are written without a decimal point and an exponent. */
export function wholeNumbers(value: Json): number {
  if (typeof value === 'string') return /^n-?\d+$/.test(value) ? 1 : 0;
  if (typeof value !== 'object' || value === null) return 0;
  return Object.values(value).reduce((sum: number, part) => sum + wholeNumbers(part), 0);
}
