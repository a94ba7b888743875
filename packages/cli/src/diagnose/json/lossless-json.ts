/**
 * JSON that has lost nothing: strings and names stand behind an `s`, numbers as they were written behind an `n`. The letters
 * also keep names such as `1` or `__proto__` in their place.
 */
export type Json = string | boolean | null | readonly Json[] | { readonly [name: `s${string}`]: Json };

/** A string that does not end is one too: otherwise each of its quotes would begin another search to the end. */
const stringOrNumber =
  /"[^"\\]*(?:\\.[^"\\]*)*(?:"|\\?$)|-?(?:Infinity|NaN|\d+(?:\.\d+)?(?:[eE][+-]?\d+)?)/gs;

/** Deeper than this nobody nests, and a recursive writer overflows. */
const maxDepth = 500;

/** @returns `undefined` for what is no JSON, Python's NaN aside */
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

/** A member of an object. */
export function memberOf(value: Json, name: string): Json | undefined {
  if (typeof value !== 'object' || value === null || isList(value)) return undefined;
  const member = Object.entries(value).find(([key]) => key === `s${name}`);
  return member?.[1];
}

export function isList(value: Json): value is readonly Json[] {
  return Array.isArray(value);
}

/** How many numbers are written without a point and an exponent. */
export function wholeNumbers(value: Json): number {
  if (typeof value === 'string') return /^n-?\d+$/.test(value) ? 1 : 0;
  if (typeof value !== 'object' || value === null) return 0;
  return Object.values(value).reduce((sum: number, part) => sum + wholeNumbers(part), 0);
}
