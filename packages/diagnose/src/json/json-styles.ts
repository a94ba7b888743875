import { numbers, strings } from './json-text.ts';
import type { JsonStyle } from './json-writer.ts';

/** A way to write JSON. */
export interface NamedStyle {
  readonly name: string;
  /** The function or command that writes JSON in this way. */
  readonly writer: string;
  readonly style: JsonStyle;
}

const python: JsonStyle = { string: strings.ascii, number: numbers.python, comma: ', ', colon: ': ' };
const compactPython: JsonStyle = { string: strings.ascii, number: numbers.python };
const javascript: JsonStyle = { string: strings.plain, number: numbers.javascript, order: 'javascript' };
const indented = { comma: ',', colon: ': ' };
const line = { end: '\n' };
const go: JsonStyle = { string: strings.html, number: numbers.javascript };

const bare: readonly NamedStyle[] = [
  { name: 'python', writer: "Python's json.dumps(x)", style: python },
  { name: 'python-compact', writer: "Python's json.dumps(x, separators=(',', ':'))", style: compactPython },
  {
    name: 'python-unicode',
    writer: "Python's json.dumps(x, ensure_ascii=False)",
    style: { ...python, string: strings.plain },
  },
  {
    name: 'python-compact-unicode',
    writer: "Python's json.dumps(x, separators=(',', ':'), ensure_ascii=False), or Ruby's to_json,",
    style: { ...compactPython, string: strings.plain },
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
    style: { string: strings.asciiSlashes, number: numbers.javascript },
  },
  { name: 'go', writer: "Go's json.Marshal of a struct", style: go },
  { name: 'go-map', writer: "Go's json.Marshal of a map", style: { ...go, order: 'sorted' } },
  {
    name: 'dotnet',
    writer: ".NET's System.Text.Json",
    style: { string: strings.dotnet, number: numbers.asWritten },
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
  ...[
    { name: 'php-plain', writer: "PHP's json_encode with JSON_UNESCAPED_SLASHES", string: strings.ascii },
    { name: 'php-unicode', writer: "PHP's json_encode with JSON_UNESCAPED_UNICODE", string: strings.slashes },
    {
      name: 'php-hex',
      writer: "PHP's json_encode with JSON_HEX_TAG, as in Symfony",
      string: strings.symfony,
    },
  ].map(({ name, writer, string }) => ({ name, writer, style: { string, number: numbers.javascript } })),
  {
    name: 'php-pretty',
    writer: "PHP's json_encode with JSON_PRETTY_PRINT",
    style: { string: strings.asciiSlashes, number: numbers.javascript, ...indented, indent: '    ' },
  },
  {
    name: 'php-empty-list',
    writer: "PHP's json_encode, which turns {} into [] and escapes slashes,",
    style: { string: strings.asciiSlashes, number: numbers.javascript, emptyObject: '[]' },
  },
  { name: 'gson', writer: 'Gson (Java)', style: { string: strings.gson, number: numbers.asWritten } },
  {
    name: 'gson-doubles',
    writer: 'Gson (Java), which reads every number as a double,',
    style: { string: strings.gson, number: numbers.java },
  },
  {
    name: 'ruby-pretty',
    writer: "Ruby's JSON.pretty_generate (versions before 2.10)",
    style: {
      ...{ string: strings.plain, number: numbers.asWritten, colon: ': ', indent: '  ' },
      ...{ emptyObject: '{\n}', emptyList: '[\n\n]' },
    },
  },
  {
    name: 'jackson-pretty',
    writer: "Jackson's default pretty printer (Java)",
    style: {
      ...{ string: strings.plain, number: numbers.asWritten, colon: ' : ', indent: '  ' },
      ...{ inlineLists: true, emptyObject: '{ }', emptyList: '[ ]' },
    },
  },
  {
    name: 'perl-pretty',
    writer: "Perl's JSON with pretty and canonical",
    style: {
      ...{ string: strings.plain, number: numbers.javascript, colon: ' : ', indent: '   ' },
      ...({ order: 'sorted', end: '\n' } as const),
    },
  },
  {
    name: 'jsonb',
    writer: 'jsonb of PostgreSQL, or JSON of MySQL,',
    style: {
      ...{ string: strings.plain, number: numbers.asWritten, comma: ', ', colon: ': ' },
      order: 'length',
    },
  },
];
