import { escapeHtml } from './clean-text.ts';

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
  const secrets = [...values, ...partsOf(url)].flatMap(formsOf).filter((secret) => secret.length >= 6);
  // The longest first: a part of it taken out before would leave the rest standing.
  secrets.sort((a, b) => b.length - a.length);
  let line = text;
  // In any case: the digits of `%2F` and of hexadecimal signatures come in both.
  for (const secret of secrets) line = line.replace(new RegExp(literally(secret), 'gi'), '***');
  line = line.replace(/[\p{C}\p{Z}]+/gu, ' ').trim();
  if (line === '') return undefined;
  const letters = [...line];
  return JSON.stringify(letters.length > longest ? `${letters.slice(0, longest).join('')}…` : line);
}

function partsOf(url: URL): string[] {
  const path = `${url.pathname}${url.search}`;
  return [path, ...url.pathname.split('/'), ...url.searchParams.values()];
}

/** As an answer may echo it: as it was sent, read out of a URL, written into one, and within JSON or HTML. */
function formsOf(secret: string): string[] {
  const plain = [secret, recoded(decodeURIComponent, secret)];
  return [
    ...plain,
    ...plain.map((text) => recoded(encodeURIComponent, text)),
    ...plain.map((text) => JSON.stringify(text).slice(1, -1).replaceAll('/', '\\/')),
    ...plain.map(escapeHtml),
  ];
}

function recoded(recode: (text: string) => string, text: string): string {
  try {
    return recode(text);
  } catch {
    return text;
  }
}

function literally(text: string): string {
  return text.replace(/[\\^$.*+?()[\]{}|/-]/g, '\\$&');
}
