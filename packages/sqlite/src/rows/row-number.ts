/** Return the row number that a key contains. `undefined` if it is not the key of a row. */
export function toRowNumber(key: string): number | undefined {
  if (!/^-?\d{1,16}$/.test(key)) return undefined;
  const number = Number(key);
  return Number.isSafeInteger(number) && String(number) === key ? number : undefined;
}
