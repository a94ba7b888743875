import { likeliestFirst } from '../search/likeliest-first.ts';
import { numbers, remembered, strings } from './json-text.ts';
import { type JsonStyle, type MemberOrder, writeJson } from './json-writer.ts';
import type { Json } from './lossless-json.ts';
import { nested } from './nested-texts.ts';

type Layout = Pick<JsonStyle, 'comma' | 'colon' | 'indent' | 'inlineLists' | 'emptyObject' | 'emptyList'>;

const layouts: readonly Layout[] = [
  {},
  { comma: ', ', colon: ': ' },
  ...['  ', '    ', '\t', ' ', '   ', '        '].map((indent) => ({ indent, colon: ': ' })),
  { comma: ', ' },
  { colon: ': ' },
  { comma: ', ', colon: ':' },
  { comma: ' , ', colon: ' : ' },
  ...['  ', '    ', '   ', '\t'].map((indent) => ({ indent, colon: ' : ' })),
  { indent: '  ', colon: ' : ', inlineLists: true, emptyObject: '{ }', emptyList: '[ ]' },
  { indent: '  ', colon: ':' },
  { indent: '', colon: ': ' },
];

const orders: readonly (MemberOrder | undefined)[] = [
  undefined,
  'sorted',
  'javascript',
  'length',
  'reversed',
];

const ends = ['', '\n'];

/** Return the variants that differ for this value. */
function distinct<Variant>(
  variants: readonly Variant[],
  write: (variant: Variant) => string,
): readonly Variant[] {
  const seen = new Set<string>();
  return variants.filter((variant) => {
    const text = write(variant);
    return !seen.has(text) && seen.add(text);
  });
}

const gridNumbers = [numbers.asWritten, numbers.javascript, numbers.doubles, numbers.java];

/** The maximum number of combinations. */
const mostStyles = 2400;

/** Yield combinations of the ways to write strings, numbers, white space, order and the end. */
export function* gridStyles(json: Json): Generator<JsonStyle, void, undefined> {
  const marked = [...nested(json)];
  const texts = marked.flatMap(([name, value]) => (typeof value === 'string' ? [name, value] : [name]));
  const scalars = texts.map((text) => text.slice(1));
  const written = texts.flatMap((text) => (/^n-?\d/.test(text) ? text.slice(1) : []));
  const string = distinct(Object.values(strings), (write) => scalars.map(write).join()).map(remembered);
  const number = distinct(gridNumbers, (write) => written.map(write).join());
  const base = { string: strings.plain, number: numbers.asWritten };
  const order = distinct(orders, (each) => writeJson(json, { ...base, ...(each && { order: each }) }));
  const empty = distinct(['{}', '[]', 'null'], (emptyObject) => writeJson(json, { ...base, emptyObject }));
  const lists = [layouts, string, number, order, empty, ends];
  for (const indices of likeliestFirst(
    lists.map(({ length }) => length),
    mostStyles,
  )) {
    const [layout = 0, writeString = 0, writeNumber = 0, each = 0, emptyObject = 0, end = 0] = indices;
    const names = order[each];
    yield {
      string: string[writeString] ?? strings.plain,
      number: number[writeNumber] ?? numbers.asWritten,
      end: ends[end] ?? '',
      emptyObject: empty[emptyObject] ?? '{}',
      ...layouts[layout],
      ...(names && { order: names }),
    };
  }
}
