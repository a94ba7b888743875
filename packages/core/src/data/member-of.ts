/** Return a member of a value that may be anything. @returns `undefined` if the value is not an object */
export function memberOf(value: unknown, key: string): unknown {
  return typeof value === 'object' && value !== null ? Reflect.get(value, key) : undefined;
}
