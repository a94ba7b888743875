import { pythonFloat, pythonJson } from '@spiderfoot-webhooks/core/testing';
import type { JsonStyle } from './json-writer.ts';

/** A way to write JSON. */
export interface NamedStyle {
  readonly name: string;
  /** The function or command that writes JSON in this way. */
  readonly writer: string;
  readonly style: JsonStyle;
}

const asWritten = (written: string) => written;

/** The maximum number of digits of an integer that Python's json module reads. */
const mostDigits = 4300;

function pythonNumber(written: string): string {
  if (/^-?(?:Infinity|NaN)$/.test(written)) return written;
  if (/[.eE]/.test(written)) return pythonJson(pythonFloat(Number(written)));
  // Python rejects longer integers, and the time to convert one is quadratic in its length.
  return written.length > mostDigits ? written : String(BigInt(written));
}

const javascriptNumber = (written: string) => JSON.stringify(Number(written));
const plain = (text: string) => JSON.stringify(text);
const ascii = (text: string) => pythonJson(text);
const escapeUnit = (character: string) => `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`;

const python: JsonStyle = { string: ascii, number: pythonNumber, comma: ', ', colon: ': ' };
const compactPython: JsonStyle = { string: ascii, number: pythonNumber };
const javascript: JsonStyle = { string: plain, number: javascriptNumber, order: 'javascript' };
const indented = { comma: ',', colon: ': ' };
const line = { end: '\n' };
const go: JsonStyle = {
  string: (text) => plain(text).replace(/[<>&\u2028\u2029]/g, escapeUnit),
  number: javascriptNumber,
};

const bare: readonly NamedStyle[] = [
  { name: 'python', writer: "Python's json.dumps(x)", style: python },
  { name: 'python-compact', writer: "Python's json.dumps(x, separators=(',', ':'))", style: compactPython },
  {
    name: 'python-unicode',
    writer: "Python's json.dumps(x, ensure_ascii=False)",
    style: { ...python, string: plain },
  },
  {
    name: 'python-compact-unicode',
    writer: "Python's json.dumps(x, separators=(',', ':'), ensure_ascii=False), or Ruby's to_json,",
    style: { ...compactPython, string: plain },
  },
  ...[2, 4].map((spaces) => ({
    name: `python-indent-${spaces}`,
    writer: `Python's json.dumps(x, indent=${spaces})`,
    style: { ...python, ...indented, indent: ' '.repeat(spaces) },
  })),
];

const sorted: readonly NamedStyle[] = bare.map(({ name, writer, style }) => ({
  name: `${name}-sorted`,
  writer: writer.replace(/\)(?:, or .*)?$/, ', sort_keys=True)'),
  style: { ...style, order: 'sorted' },
}));

/** The common styles, the most common first. If several styles give the same text, the first one is reported. */
export const jsonStyles: readonly NamedStyle[] = [
  ...bare.slice(0, 1),
  { name: 'javascript', writer: "JavaScript's JSON.stringify(x)", style: javascript },
  ...['  ', '    ', '\t'].map((indent) => ({
    name: `javascript-indent-${indent === '\t' ? 'tab' : indent.length}`,
    writer: `JavaScript's JSON.stringify(x, null, ${indent === '\t' ? "'\\t'" : indent.length})`,
    style: { ...javascript, ...indented, indent },
  })),
  ...bare.slice(1),
  ...sorted,
  {
    name: 'javascript-sorted',
    writer: "JavaScript's JSON.stringify with its keys sorted",
    style: { ...javascript, order: 'sorted' },
  },
  {
    name: 'php',
    writer: "PHP's json_encode",
    style: { string: (text) => ascii(text).replaceAll('/', '\\/'), number: javascriptNumber },
  },
  { name: 'go', writer: "Go's json.Marshal of a struct", style: go },
  { name: 'go-map', writer: "Go's json.Marshal of a map", style: { ...go, order: 'sorted' } },
  {
    name: 'dotnet',
    writer: ".NET's System.Text.Json",
    style: { string: dotnetString, number: asWritten },
  },
  {
    name: 'javascript-line',
    writer: 'console.log(JSON.stringify(x)) or jq -c',
    style: { ...javascript, ...line },
  },
  {
    name: 'javascript-indent-2-line',
    writer: 'console.log(JSON.stringify(x, null, 2)) or jq',
    style: { ...javascript, ...indented, ...line, indent: '  ' },
  },
  {
    name: 'javascript-sorted-line',
    writer: 'jq -S',
    style: { ...javascript, ...indented, ...line, indent: '  ', order: 'sorted' },
  },
  { name: 'python-line', writer: "Python's print(json.dumps(x))", style: { ...python, ...line } },
  {
    name: 'python-tool',
    writer: 'python3 -m json.tool',
    style: { ...python, ...indented, ...line, indent: '    ' },
  },
];

/** Write a string as .NET does: `"`, `<`, `>`, `&`, `'`, `+`, `` ` `` and non-ASCII characters as uppercase escapes. */
function dotnetString(text: string): string {
  const inner = plain(text)
    .slice(1, -1)
    .replace(/\\"/g, '\\u0022')
    .replace(/[<>&'+`\u007f-\uffff]/g, (character) => `\\u${escapeUnit(character).slice(2).toUpperCase()}`);
  return `"${inner}"`;
}

/** The maximum number of whole numbers for which every combination of floats is tried. */
const mostNumbers = 6;

/**
 * Yield styles that restore JSON that Python wrote and another language wrote again. A language with a single number
 * type writes `1` for `1.0`. Each style writes some of the whole numbers as floats. If there are few whole numbers, every
 * combination is tried. Otherwise, either all of them or a single one are floats.
 * @param count the number of whole numbers
 */
export function* pythonFloatStyles(count: number): Generator<JsonStyle, void, undefined> {
  const all = 2 ** Math.min(count, mostNumbers) - 1;
  if (count <= mostNumbers) {
    for (let chosen = 1; chosen <= all; chosen++) yield withFloats((index) => (chosen >> index) % 2 === 1);
    return;
  }
  yield withFloats(() => true);
  for (let only = 0; only < Math.min(count, 64); only++) yield withFloats((index) => index === only);
}

/**
 * Create a style that writes some whole numbers as floats.
 * @param isFloat is called with the index of each whole number, in the order of the text
 */
function withFloats(isFloat: (index: number) => boolean): JsonStyle {
  let index = 0;
  const number = (written: string) => {
    if (!isWhole(written)) return pythonNumber(written);
    return isFloat(index++) ? pythonJson(pythonFloat(Number(written))) : pythonNumber(written);
  };
  return { ...python, number };
}

function isWhole(written: string): boolean {
  return /^-?\d+$/.test(written);
}
