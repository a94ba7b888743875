/** Return Node's or OpenSSL's code of an error, such as `ECONNREFUSED`. @returns `undefined` if it has no code */
export function errorCodeOf(error: unknown): string | undefined {
  return error instanceof Error && 'code' in error && typeof error.code === 'string' ? error.code : undefined;
}
