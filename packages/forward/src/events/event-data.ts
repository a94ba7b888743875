export type Data = Readonly<Record<string, unknown>>;

/** Return whether an event's `data` is an object. A user's schema can transform it into any value. */
export function isData(value: unknown): value is Data {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
