const hour = 3_600_000;
const day = 24 * hour;

/** The periods of `--by`, in milliseconds. */
export const periods = { hour, day, week: 7 * day } as const;
export type Period = keyof typeof periods;
