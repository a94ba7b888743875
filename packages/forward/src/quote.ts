/** The longest quotation of what a target answered. */
const longest = 200;

/** Header values that are no secret, and would only tear holes into a quotation. */
const open: ReadonlySet<string> = new Set(['accept', 'content-type', 'user-agent']);

/**
 * A line of a target's answer, fit for an error: without control characters, bounded, and without what of the request an
 * answer might echo: the URL's path and query, and the values of its headers.
 */
export function quoted(
  text: string,
  { url, headers }: { readonly url: URL; readonly headers: Readonly<Record<string, string>> },
): string | undefined {
  const values = Object.entries(headers).flatMap(([name, value]) =>
    open.has(name.toLowerCase()) ? [] : [value, ...value.split(/[\s=,;]+/)],
  );
  const secrets = [...values, ...partsOf(url)].filter((secret) => secret.length >= 6);
  // The longest first: a part of it taken out before would leave the rest standing.
  secrets.sort((a, b) => b.length - a.length);
  let line = text;
  for (const secret of secrets) line = line.replaceAll(secret, '***');
  line = line.replace(/[\p{C}\p{Z}]+/gu, ' ').trim();
  if (line === '') return undefined;
  const letters = [...line];
  return JSON.stringify(letters.length > longest ? `${letters.slice(0, longest).join('')}…` : line);
}

function partsOf(url: URL): string[] {
  const path = `${url.pathname}${url.search}`;
  const parts = [...url.pathname.split('/'), ...url.searchParams.values()];
  return [path, ...parts, ...parts.map(decoded)];
}

function decoded(part: string): string {
  try {
    return decodeURIComponent(part);
  } catch {
    return part;
  }
}
