/**
 * Return a suggestion for a misspelled word, with a leading space: ` Did you mean "scan_completed"?`. Return an empty
 * string if no candidate is close.
 */
export function didYouMean(written: string, candidates: readonly string[]): string {
  let best: string | undefined;
  // If more than a third of the letters differ, it is a different word.
  let bound = Math.max(1, Math.floor(written.length / 3)) + 1;
  for (const candidate of candidates) {
    const edits = distance(written.toLowerCase(), candidate.toLowerCase());
    if (edits >= bound) continue;
    bound = edits;
    best = candidate;
  }
  return best === undefined ? '' : ` Did you mean ${JSON.stringify(best)}?`;
}

/**
 * Return the number of letters to insert, delete, replace or swap with a neighbor (the Damerau-Levenshtein distance).
 */
function distance(a: string, b: string): number {
  let before: readonly number[] = [];
  let row: readonly number[] = Array.from({ length: b.length + 1 }, (_, i) => i);
  for (let i = 1; i <= a.length; i++) {
    const next = [i];
    for (let j = 1; j <= b.length; j++) {
      const changed = (row[j - 1] ?? 0) + (a[i - 1] === b[j - 1] ? 0 : 1);
      const isSwap = a[i - 1] === b[j - 2] && a[i - 2] === b[j - 1];
      const swapped = isSwap ? (before[j - 2] ?? 0) + 1 : changed;
      next.push(Math.min(changed, swapped, (row[j] ?? 0) + 1, (next[j - 1] ?? 0) + 1));
    }
    before = row;
    row = next;
  }
  return row[b.length] ?? 0;
}
