import { cut, escapeHtml } from './clean-text.ts';

/** The longest excerpt, in code points. */
const longest = 200;

/** Headers whose values are not secret. Redacting them would only make the excerpt harder to read. */
const publicHeaders: ReadonlySet<string> = new Set(['accept', 'content-type', 'user-agent']);

/**
 * Return an excerpt of a target's answer for an error message, in JSON quotes. Parts of the request that the answer
 * echoes are redacted: the path and the query of the URL, and the values of the headers.
 * @returns one line without control characters; `undefined` if the answer is empty
 */
export function redactedExcerpt(
  text: string,
  { url, headers }: { readonly url: URL; readonly headers: Readonly<Record<string, string>> },
): string | undefined {
  const values = Object.entries(headers).flatMap(([name, value]) =>
    publicHeaders.has(name.toLowerCase()) ? [] : [value, ...value.split(/[\s=,;]+/)],
  );
  const secrets = [...values, ...partsOf(url)].flatMap(formsOf).filter((secret) => secret.length >= 6);
  // Redact the longest secrets first. Redacting a part of a secret would leave the rest of it readable.
  secrets.sort((a, b) => b.length - a.length);
  let line = text;
  // Ignore case, because `%2F` and hexadecimal signatures are written in both cases.
  for (const secret of secrets) line = line.replace(new RegExp(escapeRegExp(secret), 'gi'), '***');
  line = line.replace(/[\p{C}\p{Z}]+/gu, ' ').trim();
  if (line === '') return undefined;
  return JSON.stringify(cut(line, longest));
}

function partsOf(url: URL): string[] {
  const path = `${url.pathname}${url.search}`;
  return [path, ...url.pathname.split('/'), ...url.searchParams.values()];
}

/** The forms in which an answer may echo a secret: as sent, URL-decoded, URL-encoded, and within JSON or HTML. */
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

function escapeRegExp(text: string): string {
  return text.replace(/[\\^$.*+?()[\]{}|/-]/g, '\\$&');
}
