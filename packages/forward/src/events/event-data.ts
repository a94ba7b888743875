export type Data = Readonly<Record<string, unknown>>;

/** Whether an event's `data` is an object. A schema of the user's can turn it into anything. */
export function isData(value: unknown): value is Data {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
