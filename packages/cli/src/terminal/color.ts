import picocolors from 'picocolors';

/** Whether a stream is to get colors: `NO_COLOR` says no, `FORCE_COLOR` yes, else a terminal gets them. */
export function hasColors(
  stream: { readonly isTTY?: boolean },
  env: Readonly<Record<string, string | undefined>> = process.env,
): boolean {
  if (env.NO_COLOR) return false;
  if (env.FORCE_COLOR !== undefined) return env.FORCE_COLOR !== '0';
  return stream.isTTY === true && env.TERM !== 'dumb';
}

/** Colors for standard output: functions that leave the text as it is where there are none. */
export const outColors = picocolors.createColors(hasColors(process.stdout));

/** Colors for standard error. */
export const errorColors = picocolors.createColors(hasColors(process.stderr));
