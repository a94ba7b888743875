const credentials = /auth|cookie|token|secret|passw|api-?key|session|credential|jwt|assertion/i;

/**
 * Return whether a header usually contains a credential, such as `Authorization`, `Cookie` or `X-API-Key`. The decision is
 * by the header's name.
 * @example
 * carriesCredentials('x-api-key'); // true
 */
export function carriesCredentials(name: string): boolean {
  return credentials.test(name);
}
