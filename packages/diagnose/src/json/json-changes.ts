import { domainToASCII, domainToUnicode } from 'node:url';
import { isList, type Json } from './lossless-json.ts';

type Members = readonly (readonly [name: string, value: Json])[];

/** Rewrite a value from its leaves upward. */
function mapped(
  value: Json,
  change: (value: Json) => Json,
  members: (entries: Members) => Members = same,
): Json {
  if (typeof value !== 'object' || value === null) return change(value);
  if (isList(value)) return change(value.map((item) => mapped(item, change, members)));
  const entries = Object.entries(value).map(([name, item]) => [name, mapped(item, change, members)] as const);
  return change(Object.fromEntries(members(entries)));
}

function same(entries: Members): Members {
  return entries;
}

const asText = (change: (text: string) => string | null) => (value: Json) => {
  if (typeof value !== 'string' || !value.startsWith('s')) return value;
  const text = change(value.slice(1));
  return text === null ? null : `s${text}`;
};
const renamed = (change: (name: string) => string) => (entries: Members) =>
  entries.map(([name, value]) => [`s${change(name.slice(1))}`, value] as const);
const keep = (value: Json) => value;
const isEmpty = (value: Json) =>
  typeof value === 'object' && value !== null && Object.keys(value).length === 0;

const time = /^(\d{4}-\d\d-\d\d)[T ](\d\d:\d\d:\d\d)(?:\.\d+)?(?:Z|\+00:?00)?$/;

const host = /(?<![^\s/@"'])(?:[\p{L}\p{N}-]+\.)+[\p{L}\p{N}-]{2,}(?![^\s/:?#"'])/gu;

/** Changes of the content, by the programs that make them. */
export const changes: readonly ((json: Json) => Json)[] = [
  // omitempty of Go, Gson, Jackson's NON_NULL.
  (json) => mapped(json, keep, (entries) => entries.filter(([, value]) => value !== null)),
  (json) =>
    mapped(json, keep, (entries) =>
      entries.filter(([, value]) => value !== null && !isEmpty(value) && value !== 's'),
    ),
  // PHP's associative arrays.
  (json) => mapped(json, (value) => (isEmpty(value) ? [] : value)),
  (json) => mapped(json, (value) => (isEmpty(value) ? {} : value)),
  // Middleware of Laravel.
  (json) =>
    mapped(
      json,
      asText((text) => text.trim()),
    ),
  (json) =>
    mapped(
      json,
      asText((text) => (text === '' ? null : text)),
    ),
  (json) => mapped(json, (value) => (value === null ? 's' : value)),
  // Names in the style of another language.
  (json) =>
    mapped(
      json,
      keep,
      renamed((name) => name.replaceAll(/_(\w)/g, (_, letter: string) => letter.toUpperCase())),
    ),
  (json) =>
    mapped(
      json,
      keep,
      renamed((name) => name.replaceAll(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`)),
    ),
  (json) =>
    mapped(
      json,
      keep,
      renamed((name) => name.toLowerCase()),
    ),
  // Scalars as text, and text as numbers.
  (json) => mapped(json, (value) => (typeof value === 'string' ? `s${value.slice(1)}` : value)),
  (json) =>
    mapped(json, (value) =>
      typeof value === 'boolean' || typeof value === 'string'
        ? `s${String(value).replace(/^[sn]/, '')}`
        : value,
    ),
  (json) =>
    mapped(json, (value) =>
      typeof value === 'string' && /^s-?\d+(?:\.\d+)?$/.test(value) ? `n${value.slice(1)}` : value,
    ),
  (json) => mapped(json, (value) => (typeof value === 'boolean' ? `n${Number(value)}` : value)),
  // Times that were parsed and formatted again.
  ...[
    '$1T$2Z',
    '$1T$2.000Z',
    '$1T$2+00:00',
    '$1 $2',
    '$1T$2',
    '$1T$2.000+00:00',
    '$1T$2.0000000Z',
    '$1T$2.000000Z',
  ].map(
    (format) => (json: Json) =>
      mapped(
        json,
        asText((text) => text.replace(time, format)),
      ),
  ),
  // Host names with non-ASCII characters.
  ...[domainToASCII, domainToUnicode].map(
    (convert) => (json: Json) =>
      mapped(
        json,
        asText((text) => text.replaceAll(host, (name) => convert(name) || name)),
      ),
  ),
  // Sanitizers.
  (json) =>
    mapped(
      json,
      asText((text) => text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;')),
    ),
  (json) =>
    mapped(
      json,
      asText((text) =>
        text
          .replaceAll('&lt;', '<')
          .replaceAll('&gt;', '>')
          .replaceAll('&quot;', '"')
          .replaceAll('&amp;', '&'),
      ),
    ),
  (json) =>
    mapped(
      json,
      asText((text) => text.normalize('NFC')),
    ),
  (json) =>
    mapped(
      json,
      asText((text) => text.replaceAll('/', '\\/')),
    ),
];

/** The maximum number of empty lists for which every combination of objects is tried. */
const mostEmpty = 4;

/** Yield a value in which some of the empty lists are objects again. PHP writes both as `[]`. */
export function* withEmptyObjects(json: Json): Generator<Json, void, undefined> {
  let count = 0;
  mapped(json, (value) => {
    if (isList(value) && value.length === 0) count++;
    return value;
  });
  if (count > mostEmpty) return;
  for (let chosen = 1; chosen < 2 ** count; chosen++) {
    let index = 0;
    yield mapped(json, (value) =>
      isList(value) && value.length === 0 && (chosen >> index++) % 2 === 1 ? {} : value,
    );
  }
}

/** Yield an object without each of its members, and each order of few members. */
export function* withoutMembers(json: Json): Generator<Json, void, undefined> {
  if (typeof json !== 'object' || json === null || isList(json)) return;
  const entries: Members = Object.entries(json);
  if (entries.length > 40) return;
  for (const [left] of entries) yield Object.fromEntries(entries.filter(([name]) => name !== left));
}
