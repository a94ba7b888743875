/** Milliseconds after which {@link until} fails. Only a hanging queue reaches it. */
const limit = 60_000;

/**
 * Wait until a condition holds.
 * @throws Error with the description, if it does not hold within a minute
 */
export async function until(description: string, condition: () => boolean | Promise<boolean>): Promise<void> {
  const end = performance.now() + limit;
  while (!(await condition())) {
    if (performance.now() > end) throw new Error(`Timed out: ${description}`);
    await sleep(10);
  }
}

export function sleep(milliseconds: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, milliseconds));
}
