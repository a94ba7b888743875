/**
 * Return ` Did you mean scan_completed?` if a candidate resembles the given name, or an empty string. The best
 * candidate shares the most pairs of letters with the name, and more than half of them.
 */
export function didYouMean(written: string, candidates: readonly string[]): string {
  const pairs = pairsOf(written);
  let best: string | undefined;
  let most = 0.5;
  for (const candidate of candidates) {
    const others = pairsOf(candidate);
    const common = [...pairs].filter((pair) => others.has(pair)).length;
    const likeness = (2 * common) / (pairs.size + others.size);
    if (likeness <= most) continue;
    most = likeness;
    best = candidate;
  }
  return best === undefined ? '' : ` Did you mean ${best}?`;
}

/** The number of characters that are compared. All candidates are shorter. */
const longestName = 200;

function pairsOf(text: string): ReadonlySet<string> {
  const letters = text.slice(0, longestName).toLowerCase();
  return new Set(Array.from(letters.slice(1), (letter, index) => `${letters[index]}${letter}`));
}
