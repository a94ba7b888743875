import { isList, type Json } from './lossless-json.ts';

/** The orders in which programs write members. `length`: shorter names first, as databases store them. */
export type MemberOrder = 'sorted' | 'javascript' | 'length' | 'reversed';

/** How a language writes JSON. */
export interface JsonStyle {
  readonly string: (text: string) => string;
  /** @param written the number as in the original text */
  readonly number: (written: string) => string;
  /** @default ',' */
  readonly comma?: string;
  /** @default ':' */
  readonly colon?: string;
  /** The indentation of each level. Each member is then on its own line. */
  readonly indent?: string;
  /** The order of members. @default the original order */
  readonly order?: MemberOrder;
  /** An empty object. If it has a line break before its closing bracket, the bracket is indented. @default '{}' */
  readonly emptyObject?: string;
  /** An empty list. @default '[]' */
  readonly emptyList?: string;
  /** Whether lists are on one line, with a space inside the brackets, although the objects are indented. */
  readonly inlineLists?: boolean;
  /** Text after the value, such as a newline. */
  readonly end?: string;
}

/** Write a value in a style. */
export function writeJson(value: Json, style: JsonStyle): string {
  return write(value, style, '\n') + (style.end ?? '');
}

function write(value: Json, style: JsonStyle, newline: string): string {
  if (typeof value === 'string') {
    const text = value.slice(1);
    return value.startsWith('s') ? style.string(text) : style.number(text);
  }
  if (typeof value !== 'object' || value === null) return String(value);
  const inner = newline + (style.indent ?? '');
  if (isList(value)) {
    if (value.length === 0) return closedAt(style.emptyList ?? '[]', newline);
    const isInline = style.inlineLists === true;
    const items = value.map((item) => write(item, style, isInline ? newline : inner));
    return isInline ? `[ ${items.join(', ')} ]` : enclose('[', items, ']', style, newline);
  }
  const members = membersOf(value, style.order);
  if (members.length === 0) return closedAt(style.emptyObject ?? '{}', newline);
  const { string, colon = ':' } = style;
  const parts = members.map(([name, member]) => string(name) + colon + write(member, style, inner));
  return enclose('{', parts, '}', style, newline);
}

/** Indent the closing bracket of an empty object or list. */
function closedAt(empty: string, newline: string): string {
  return empty.includes('\n') ? empty.replace(/\n(?=.$)/, newline) : empty;
}

function enclose(
  open: string,
  parts: readonly string[],
  close: string,
  { comma = ',', indent }: JsonStyle,
  newline: string,
): string {
  if (indent === undefined) return open + parts.join(comma) + close;
  const inner = newline + indent;
  return open + inner + parts.join(`,${inner}`) + newline + close;
}

type Member = readonly [name: string, value: Json];
type JsonObject = Exclude<Json, string | boolean | null | readonly Json[]>;

/** The members of each object in each order. A value is written in thousands of styles. */
const known = new WeakMap<JsonObject, Map<MemberOrder | undefined, readonly Member[]>>();

function membersOf(value: JsonObject, order: MemberOrder | undefined): readonly Member[] {
  const orders = known.get(value) ?? new Map<MemberOrder | undefined, readonly Member[]>();
  const found = orders.get(order);
  if (found !== undefined) return found;
  const members = Object.entries(value).map(([name, member]) => [name.slice(1), member] as const);
  const sorted = ordered(members, order);
  known.set(value, orders.set(order, sorted));
  return sorted;
}

const byBytes = ([a]: Member, [b]: Member) => Buffer.compare(Buffer.from(a), Buffer.from(b));

function ordered(members: readonly Member[], order: MemberOrder | undefined): readonly Member[] {
  switch (order) {
    case undefined:
      return members;
    case 'sorted':
      return [...members].sort(byBytes);
    case 'reversed':
      return [...members].reverse();
    case 'length':
      return [...members].sort((a, b) => Buffer.byteLength(a[0]) - Buffer.byteLength(b[0]) || byBytes(a, b));
    case 'javascript': {
      // A JavaScript object lists names that are whole numbers first, in ascending order.
      const isIndex = ([name]: Member) => /^(?:0|[1-9]\d{0,9})$/.test(name);
      const indices = members.filter(isIndex).sort(([a], [b]) => Number(a) - Number(b));
      return [...indices, ...members.filter((member) => !isIndex(member))];
    }
  }
}
