import { changes, withEmptyObjects, withoutMembers } from '../json/json-changes.ts';
import { jsonStyles } from '../json/json-styles.ts';
import { numbers, remembered, strings } from '../json/json-text.ts';
import { type JsonStyle, writeJson } from '../json/json-writer.ts';
import { memberOf, parseLossless, wholeNumbers } from '../json/lossless-json.ts';
import { memberOrders } from '../json/member-orders.ts';
import { nested } from '../json/nested-texts.ts';
import { printed } from '../json/printed-values.ts';
import { pythonFloatStyles } from '../json/python-floats.ts';
import { gridStyles } from '../json/style-grid.ts';
import { encode, isAscii } from '../text/code-pages.ts';
import { jsonOfLiteral } from '../text/literals.ts';
import { type BodyForms, type BodyMistake, type Candidate, type Row, tableOf } from './mistake.ts';

/** The maximum length of a body for which unusual ways to write JSON are tried. */
const longest = 2 ** 15;

const common: readonly JsonStyle[] = [
  { string: strings.ascii, number: numbers.asWritten, comma: ', ', colon: ': ' },
  { string: strings.plain, number: numbers.asWritten },
  { string: strings.ascii, number: numbers.asWritten },
  { string: strings.plain, number: numbers.asWritten, comma: ', ', colon: ': ' },
  { string: strings.plain, number: numbers.asWritten, colon: ': ', indent: '  ' },
  { string: strings.asciiSlashes, number: numbers.asWritten },
  { string: strings.plain, number: numbers.asWritten, colon: ': ', indent: '    ' },
  { string: strings.html, number: numbers.asWritten, order: 'sorted' },
];

type BodyRow = Row<BodyForms, Buffer | string>;

const again = (writer: string) =>
  `The signed body is the same JSON as ${writer} writes it. One side parsed the body and serialized it again, for example with a body parser. Sign the bytes that are sent, and verify the received bytes.`;

/** The common styles, the most common first. */
export const styleMistakes: readonly BodyMistake[] = tableOf<BodyForms, Candidate>(
  'json',
  jsonStyles.map(
    ({ name, writer, style }): BodyRow => ({
      name: `json-${name}`,
      fix: again(writer),
      candidates: ({ json }) => (json === undefined ? [] : [writeJson(json, style)]),
    }),
  ),
);

const ofMember = (member: string): readonly BodyRow[] =>
  jsonStyles.map(({ name, writer, style }) => ({
    name: `${member}-${name}`,
    fix: `Only "${member}" was signed, as ${writer} writes it. Sign the complete body.`,
    candidates: ({ json }) => {
      const part = json === undefined ? undefined : memberOf(json, member);
      return part === undefined ? [] : [writeJson(part, style)];
    },
  }));

/** Bodies of which only a part was signed, and whose content was changed. */
export const jsonMistakes: readonly BodyMistake[] = tableOf<BodyForms, Candidate>('json', [
  {
    name: 'json-python-floats',
    fix: "The signed body is the same JSON as Python's json.dumps writes it, but floats such as 1.0 became 1 in the body here. The body was parsed and serialized again, for example by a body parser. Verify the received bytes.",
    *candidates({ json }) {
      if (json === undefined) return;
      for (const style of pythonFloatStyles(wholeNumbers(json))) yield writeJson(json, style);
    },
  },
  {
    name: 'json-latin-1',
    fix: 'The signed body is the same JSON, but serialized again and encoded as Latin-1, for example by JSON::PP->encode in Perl. Verify the received bytes, and write UTF-8 with encode_json.',
    *candidates({ json }) {
      if (
        json === undefined ||
        isAscii(writeJson(json, { string: strings.plain, number: numbers.asWritten }))
      )
        return;
      for (const { style } of jsonStyles) yield encode(writeJson(json, style), 'latin-1');
    },
  },
  ...ofMember('payload'),
  ...ofMember('data'),
  {
    name: 'json-python-repr',
    fix: 'The body here is a printed Python dict or Ruby hash, which is not JSON. The signed body is the JSON. Verify the received bytes, not the parsed object.',
    *candidates({ text, json: parsed }) {
      // JSON can contain these words in its strings.
      if (parsed !== undefined) return;
      const json = parseLossless(jsonOfLiteral(text) ?? '');
      if (json !== undefined) for (const style of common) yield writeJson(json, style);
    },
  },
  {
    name: 'json-python-repr-signed',
    fix: 'The text of a Python dict was signed, such as str(event), which is not JSON. Sign the body that is sent.',
    candidates: ({ json }) =>
      json === undefined
        ? []
        : (['python', 'ruby', 'rubyNew'] as const).map((language) => printed(json, language)),
  },
  {
    name: 'json-serialized-again',
    fix: again('another program'),
    *candidates({ json, text }) {
      if (json === undefined || text.length > longest) return;
      for (const style of gridStyles(json)) yield writeJson(json, style);
    },
  },
  {
    name: 'json-escapes-changed',
    fix: 'The signed body has other escapes in its strings, such as \\/ or \\u003c, with the same white space. A program parsed the body and serialized it again. Verify the received bytes.',
    *candidates({ json, text }) {
      if (json === undefined) return;
      for (const write of Object.values(strings)) {
        yield text.replace(/"[^"\\]*(?:\\.[^"\\]*)*"/gs, (token) => {
          const value: unknown = JSON.parse(token);
          return typeof value === 'string' ? write(value) : token;
        });
      }
    },
  },
  {
    name: 'json-content-changed',
    fix: 'The signed body is the same JSON with some values or names changed, such as null, empty values, times or numbers. Middleware or a model class parsed the body and serialized it again. Verify the received bytes.',
    *candidates({ json, text }) {
      if (json === undefined || text.length > longest) return;
      const [, compact] = common;
      const unchanged = compact && writeJson(json, compact);
      for (const change of changes) {
        const changed = change(json);
        if (compact && writeJson(changed, compact) === unchanged) continue;
        for (const style of common) yield writeJson(changed, style);
        for (const end of ['', '\n']) {
          yield writeJson(changed, { string: strings.plain, number: numbers.javascript, end });
        }
      }
      for (const restored of withEmptyObjects(json)) {
        for (const style of common) yield writeJson(restored, style);
        for (const style of pythonFloatStyles(wholeNumbers(restored))) yield writeJson(restored, style);
        for (const style of pythonFloatStyles(wholeNumbers(restored))) {
          yield writeJson(restored, { ...style, string: strings.plain, comma: ',', colon: ':' });
        }
      }
    },
  },
  {
    name: 'json-member-added',
    fix: 'The body here has a member that was not signed. It was added after signing, or the signature itself is in the body. Verify the received bytes before you change them.',
    *candidates({ json, text }) {
      if (json === undefined || text.length > longest) return;
      for (const less of withoutMembers(json)) {
        for (const style of common) {
          yield writeJson(less, style);
          yield writeJson(less, { ...style, order: 'sorted' });
        }
      }
    },
  },
  {
    name: 'json-part-signed',
    fix: 'Only a part of the JSON was signed, or the signed body is inside another document. Sign and verify the complete body as it is sent.',
    *candidates({ json, text }) {
      if (json === undefined || text.length > longest) return;
      let count = 0;
      for (const [, part] of nested(json)) {
        const isText = typeof part === 'string';
        if (count++ > 300) return;
        if (isText) yield part.slice(1);
        else for (const style of common) yield writeJson(part, style);
      }
    },
  },
  {
    name: 'json-members-reordered',
    fix: 'The members of the JSON are in another order than in the signed body. A program parsed the body and serialized it again, for example with sorted keys. Verify the received bytes.',
    *candidates({ json, text }) {
      if (json === undefined || text.length > longest) return;
      const styles = common.slice(0, 2).map((style) => ({ ...style, string: remembered(style.string) }));
      for (const order of memberOrders(json)) for (const style of styles) yield writeJson(order, style);
    },
  },
]);
