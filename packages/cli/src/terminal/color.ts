import picocolors from 'picocolors';

/** Whether a stream is to get colours: `NO_COLOR` says no, `FORCE_COLOR` yes, else a terminal gets them. */
export function hasColours(
  stream: { readonly isTTY?: boolean },
  env: Readonly<Record<string, string | undefined>> = process.env,
): boolean {
  if (env.NO_COLOR) return false;
  if (env.FORCE_COLOR !== undefined) return env.FORCE_COLOR !== '0';
  return stream.isTTY === true && env.TERM !== 'dumb';
}

/** Colours for standard output: functions that leave the text as it is where there are none. */
export const outColours = picocolors.createColors(hasColours(process.stdout));

/** Colours for standard error. */
export const errorColours = picocolors.createColors(hasColours(process.stderr));
