/** Return the system's code of an error, such as `ENOENT`. `undefined` if it has no code. */
export function systemCodeOf(error: unknown): string | undefined {
  return error instanceof Error && 'code' in error && typeof error.code === 'string' ? error.code : undefined;
}
