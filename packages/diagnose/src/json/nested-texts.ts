import { isList, type Json } from './lossless-json.ts';

/** The maximum number of members that are examined. */
const most = 2000;

/** Yield the strings and the objects inside a JSON value, with the names of their members. */
export function* nested(json: Json): Generator<readonly [name: string, value: Json], void, undefined> {
  const queue: (readonly [string, Json])[] = [['', json]];
  for (let at = 0; at < queue.length && at < most; at++) {
    const [name, value] = queue[at] ?? ['', null];
    if (at > 0) yield [name, value];
    if (typeof value !== 'object' || value === null) continue;
    if (isList(value)) queue.push(...value.slice(0, most).map((item) => ['', item] as const));
    else queue.push(...Object.entries(value).map(([key, item]) => [key.slice(1), item] as const));
  }
}

/** Yield the strings in a JSON value that may be a body: JSON, base64, hex or a form. */
export function* nestedTexts(json: Json): Generator<string, void, undefined> {
  for (const [, value] of nested(json)) {
    if (typeof value !== 'string' || !value.startsWith('s')) continue;
    const text = value.slice(1);
    if (/[{[]/.test(text) || /^[\w%+/=&.\s-]{16,}$/.test(text)) yield text;
  }
}
