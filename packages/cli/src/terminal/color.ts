import picocolors from 'picocolors';

/**
 * Return whether to use colors. `NO_COLOR` disables them, and `FORCE_COLOR` enables them. If neither is set, only a
 * terminal gets colors.
 */
export function hasColors(
  stream: { readonly isTTY?: boolean },
  env: Readonly<Record<string, string | undefined>> = process.env,
): boolean {
  if (env.NO_COLOR) return false;
  if (env.FORCE_COLOR !== undefined) return env.FORCE_COLOR !== '0';
  return stream.isTTY === true && env.TERM !== 'dumb';
}

/** Colors for standard output. If colors are disabled, the functions return the text unchanged. */
export const outColors = picocolors.createColors(hasColors(process.stdout));

/** Colors for standard error. */
export const errorColors = picocolors.createColors(hasColors(process.stderr));
