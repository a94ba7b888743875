import { isList, type Json } from './lossless-json.ts';

/** Yield the texts that programs write for a value instead of JSON. */
export function* otherFormats(json: Json): Generator<string, void, undefined> {
  for (const query of [formFields(json, '', phpName), formFields(json, '', dottedName)]) {
    yield query.map(([name, value]) => `${formEncoded(name)}=${formEncoded(value)}`).join('&');
    yield query.map(([name, value]) => `${name}=${value}`).join('&');
  }
  yield printR(json, '');
  yield `${printR(json, '')}\n`;
  yield phpSerialized(json);
}

type NameOf = (outer: string, name: string) => string;
const phpName: NameOf = (outer, name) => (outer === '' ? name : `${outer}[${name}]`);
const dottedName: NameOf = (outer, name) => (outer === '' ? name : `${outer}.${name}`);

/** Return the fields that PHP's http_build_query writes. It omits null, and empty lists have no fields. */
function formFields(json: Json, name: string, nameOf: NameOf): readonly (readonly [string, string])[] {
  if (json === null) return [];
  if (typeof json !== 'object') return [[name, phpText(json)]];
  return membersOf(json).flatMap(([key, value]) => formFields(value, nameOf(name, key), nameOf));
}

function formEncoded(text: string): string {
  return encodeURIComponent(text)
    .replaceAll('%20', '+')
    .replaceAll(/[!'()*~]/g, (mark) =>
      mark === '*' ? mark : `%${mark.charCodeAt(0).toString(16).toUpperCase()}`,
    );
}

/** PHP's print_r. */
function printR(json: Json, indent: string): string {
  if (json === null || json === false) return '';
  if (typeof json !== 'object') return phpText(json);
  const inner = `${indent}        `;
  const members = membersOf(json).map(([key, value]) => `${indent}    [${key}] => ${printR(value, inner)}\n`);
  return `Array\n${indent}(\n${members.join('')}${indent})\n`;
}

/** PHP's serialize. */
function phpSerialized(json: Json): string {
  if (json === null) return 'N;';
  if (typeof json === 'boolean') return `b:${Number(json)};`;
  if (typeof json === 'string') {
    const text = json.slice(1);
    if (json.startsWith('s')) return `s:${Buffer.byteLength(text)}:"${text}";`;
    return /[.eE]/.test(text) ? `d:${Number(text)};` : `i:${text};`;
  }
  const members = membersOf(json).map(([key, value]) => {
    const name = /^(?:0|-?[1-9]\d*)$/.test(key) ? `i:${key};` : `s:${Buffer.byteLength(key)}:"${key}";`;
    return name + phpSerialized(value);
  });
  return `a:${members.length}:{${members.join('')}}`;
}

function membersOf(json: Exclude<Json, string | boolean | null>): readonly (readonly [string, Json])[] {
  if (isList(json)) return json.map((item, index) => [String(index), item] as const);
  return Object.entries(json).map(([name, value]) => [name.slice(1), value] as const);
}

function phpText(json: string | boolean): string {
  if (typeof json === 'boolean') return String(Number(json));
  return json.startsWith('n') ? String(Number(json.slice(1))) : json.slice(1);
}
