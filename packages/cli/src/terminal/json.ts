/** Writes values as JSON, a line each. What writes them is loaded only here: a help must not wait for it. */
export async function printJson(...values: readonly object[]): Promise<void> {
  const { jsonLine } = await import('@spiderfoot-webhooks/core/node');
  for (const value of values) console.log(jsonLine(value));
}
