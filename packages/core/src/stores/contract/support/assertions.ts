/** Checks for contract cases. They use no test framework and no `node:` module, so that the cases run on every runtime. */

/** @throws Error if the condition does not hold */
export function check(condition: boolean, expectation: string): void {
  if (!condition) throw new Error(`Expected ${expectation}`);
}

/** @throws Error if the values differ. Fields that are `undefined` are equal to missing ones */
export function equal(actual: unknown, expected: unknown, subject: string): void {
  const [found, wanted] = [toText(actual), toText(expected)];
  check(found === wanted, `${subject} to be ${wanted} (got ${found})`);
}

/** @throws Error if one of the expected fields differs. Other fields may have any value */
export function matches(actual: unknown, expected: Readonly<Record<string, unknown>>, subject: string): void {
  const fields: Readonly<Record<string, unknown>> = { ...Object(actual) };
  const found = Object.fromEntries(Object.keys(expected).map((name) => [name, fields[name]]));
  equal(found, expected, subject);
}

/** @throws Error if the call does not throw an error, or reject with an error, that has these fields */
export async function fails(
  call: () => unknown,
  expected: Readonly<Record<string, unknown>>,
  subject: string,
): Promise<void> {
  const error = await caught(call);
  check(error !== undefined, `${subject} to fail with ${toText(expected)}`);
  matches(error, expected, `the error of ${subject}`);
}

/** Return the error with which a call throws or rejects. `undefined` if it succeeds. */
async function caught(call: () => unknown): Promise<unknown> {
  try {
    await call();
    return undefined;
  } catch (error) {
    return error;
  }
}

/** Milliseconds after which {@link until} fails. The limit is long, because only a broken store reaches it. */
const timeLimit = 15_000;

/**
 * Wait until a condition holds.
 * @throws Error if the condition does not hold within the time limit. The limit is not part of the contract
 */
export async function until(condition: () => boolean | Promise<boolean>, expectation: string): Promise<void> {
  const end = performance.now() + timeLimit;
  while (!(await condition())) {
    check(performance.now() < end, `${expectation} within ${timeLimit} ms`);
    await sleep(2);
  }
}

export function sleep(milliseconds: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, milliseconds));
}

/** Return the same text for equal values, even if the order of their fields differs. */
function toText(value: unknown): string {
  if (value instanceof Date) return `Date(${value.getTime()})`;
  if (value instanceof Uint8Array) return `bytes(${[...value].join(' ')})`;
  if (value instanceof Set) return `Set${toText([...value].toSorted())}`;
  if (Array.isArray(value)) return `[${value.map(toText).join(', ')}]`;
  if (typeof value !== 'object' || value === null) return JSON.stringify(value) ?? String(value);
  const fields = Object.entries(value).filter(([, field]) => field !== undefined);
  const sorted = fields.toSorted(([a], [b]) => (a < b ? -1 : 1));
  return `{${sorted.map(([name, field]) => `${name}: ${toText(field)}`).join(', ')}}`;
}
