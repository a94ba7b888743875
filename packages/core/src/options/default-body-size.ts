// This module imports nothing, because the command loads it to show the default in its help.

/** The default of the option `maxBodySize`, in bytes. */
export const defaultMaxBodySize = 1024 ** 2;
