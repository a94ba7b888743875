/** Write values as JSON, one per line. The serializer is loaded only here, so that help does not wait for it. */
export async function printJson(...values: readonly object[]): Promise<void> {
  const { jsonLine } = await import('@spiderfoot-webhooks/core/node');
  for (const value of values) console.log(jsonLine(value));
}
