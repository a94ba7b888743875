/** The shortest time for which a result is kept, in milliseconds. */
const keptFor = 1000;
/** A result that took long is kept for this multiple of its duration, so that the viewers of a large store do not load it. */
const keptTimes = 4;
/** The results that are kept. */
const mostKept = 16;

interface Kept<Value> {
  readonly value: Promise<Value>;
  /** In milliseconds of `performance.now()`. */
  expires: number;
}

/**
 * Keep the results of a read for a second, so that many viewers cost one query. A failure is not kept. Reads of different
 * inputs run one after another, so that viewers of many ranges load a large store no more than one viewer does.
 * @param keyOf inputs with the same key share a result
 */
export function remembered<Input, Value>(
  read: (input: Input) => Promise<Value>,
  keyOf: (input: Input) => string,
): (input: Input) => Promise<Value> {
  const results = new Map<string, Kept<Value>>();
  let latest: Promise<unknown> = Promise.resolve();

  function readAgain(key: string, input: Input): Promise<Value> {
    let started = performance.now();
    const value = latest.then(() => {
      started = performance.now();
      return read(input);
    });
    latest = value.catch(() => {});
    const kept: Kept<Value> = { value, expires: Number.POSITIVE_INFINITY };
    results.delete(key);
    results.set(key, kept);
    for (const oldest of [...results.keys()].slice(0, -mostKept)) results.delete(oldest);
    kept.value.then(
      () => {
        const now = performance.now();
        kept.expires = now + Math.max(keptFor, keptTimes * (now - started));
      },
      () => {
        if (results.get(key) === kept) results.delete(key);
      },
    );
    return kept.value;
  }

  return (input) => {
    const key = keyOf(input);
    const kept = results.get(key);
    return kept !== undefined && performance.now() < kept.expires ? kept.value : readAgain(key, input);
  };
}
