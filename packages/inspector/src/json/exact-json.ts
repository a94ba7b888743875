/**
 * A JSON value as it was written. Numbers keep their digits, and objects keep their order and duplicate names. `JSON.parse`
 * would lose all three.
 */
export type ExactJson =
  | { readonly kind: 'object'; readonly members: readonly ExactMember[] }
  | { readonly kind: 'list'; readonly items: readonly ExactJson[] }
  | { readonly kind: 'string' | 'number' | 'literal'; readonly text: string };

/** A member of an object. */
interface ExactMember {
  readonly name: string;
  readonly value: ExactJson;
}

/** Deeper or larger values are shown as text. A page with more elements would be slow. */
const maxDepth = 100;
const maxValues = 5000;

/** A string, a number (Python writes `NaN` and `Infinity`), a literal or a punctuation mark, after white space. */
const token =
  /[ \t\n\r]*(?:("[^"\\]*(?:\\.[^"\\]*)*")|(-?\d+(?:\.\d+)?(?:[eE][+-]?\d+)?|NaN|-?Infinity)|(true|false|null)|([{}[\],:]))/y;

/**
 * Parse JSON without loss of information.
 * @returns `undefined` for text that is not JSON, and for values that are too deep or too large to show
 */
export function parseExactJson(text: string): ExactJson | undefined {
  const reader = new Reader(text);
  try {
    const value = reader.value(0);
    return reader.isAtEnd() ? value : undefined;
  } catch (error) {
    if (error instanceof SyntaxError) return undefined;
    throw error;
  }
}

/** Write a value on one line. */
export function writeExactJson(value: ExactJson): string {
  if (value.kind === 'list') return `[${value.items.map(writeExactJson).join(',')}]`;
  if (value.kind === 'string') return JSON.stringify(value.text);
  if (value.kind !== 'object') return value.text;
  const members = value.members.map(
    ({ name, value: member }) => `${JSON.stringify(name)}:${writeExactJson(member)}`,
  );
  return `{${members.join(',')}}`;
}

type Token = readonly [kind: 'string' | 'number' | 'literal' | 'mark', text: string];

class Reader {
  readonly #text: string;
  #position = 0;
  #values = 0;

  constructor(text: string) {
    this.#text = text;
  }

  isAtEnd(): boolean {
    return this.#text.slice(this.#position).trim() === '';
  }

  value(depth: number): ExactJson {
    this.#values += 1;
    if (depth > maxDepth || this.#values > maxValues) throw new SyntaxError('The value is too large.');
    const [kind, text] = this.#next();
    if (kind === 'string') return { kind, text: readString(text) };
    if (kind !== 'mark') return { kind, text };
    if (text === '[') return { kind: 'list', items: this.#sequence(']', () => this.value(depth + 1)) };
    if (text === '{') return { kind: 'object', members: this.#sequence('}', () => this.#member(depth)) };
    throw new SyntaxError(`Unexpected ${text}`);
  }

  #member(depth: number): ExactMember {
    const [kind, text] = this.#next();
    if (kind !== 'string') throw new SyntaxError('A name must be a string.');
    this.#expect(':');
    return { name: readString(text), value: this.value(depth + 1) };
  }

  #sequence<Part>(end: string, read: () => Part): readonly Part[] {
    const parts: Part[] = [];
    if (this.#skip(end)) return parts;
    for (;;) {
      parts.push(read());
      if (this.#skip(end)) return parts;
      this.#expect(',');
    }
  }

  #skip(mark: string): boolean {
    const start = this.#position;
    const [kind, text] = this.#next();
    if (kind === 'mark' && text === mark) return true;
    this.#position = start;
    return false;
  }

  #expect(mark: string): void {
    if (!this.#skip(mark)) throw new SyntaxError(`Expected ${mark}`);
  }

  #next(): Token {
    token.lastIndex = this.#position;
    const [match, string, number, literal, mark] = token.exec(this.#text) ?? [];
    this.#position += match?.length ?? 0;
    if (string !== undefined) return ['string', string];
    if (number !== undefined) return ['number', number];
    if (literal !== undefined) return ['literal', literal];
    if (mark !== undefined) return ['mark', mark];
    throw new SyntaxError(`Unexpected text at ${this.#position}`);
  }
}

function readString(literal: string): string {
  return String(JSON.parse(literal));
}
