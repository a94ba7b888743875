import { toAscii } from '../data/ascii.ts';

/**
 * Serialize a value byte for byte as Python's `json.dumps` does: a space after `,` and `:`, characters outside ASCII as
 * `\uXXXX`, and the bare words `NaN`, `Infinity` and `-Infinity`, which are not JSON. JavaScript does not distinguish
 * integers from floats. If Python has a whole number as a float, wrap it in {@link pythonFloat}. Pass integers above 2^53
 * as a bigint.
 */
export function pythonJson(value: unknown): string {
  if (value instanceof PythonFloat) return floatText(value.value);
  if (typeof value === 'number') return numberText(value);
  if (typeof value === 'string') return stringText(value);
  if (value === null || value === undefined) return 'null';
  if (typeof value === 'boolean' || typeof value === 'bigint') return String(value);
  if (Array.isArray(value)) return `[${value.map(pythonJson).join(', ')}]`;
  if (!isPlain(value))
    throw new TypeError(
      `pythonJson cannot serialize a ${value.constructor?.name ?? 'object'}. Pass plain objects and arrays.`,
    );
  const members = Object.entries(value).filter(([, member]) => member !== undefined);
  return `{${members.map(([key, member]) => `${stringText(key)}: ${pythonJson(member)}`).join(', ')}}`;
}

function isPlain(value: object): boolean {
  const prototype: unknown = Object.getPrototypeOf(value);
  return prototype === Object.prototype || prototype === null;
}

class PythonFloat {
  readonly value: number;
  constructor(value: number) {
    this.value = value;
  }
}

/** Mark a number that Python has as a float: `1700000000.0`. */
export function pythonFloat(value: number): unknown {
  return new PythonFloat(value);
}

function numberText(value: number): string {
  // Python's integers have no -0.
  return Number.isSafeInteger(value) && !Object.is(value, -0) ? String(value) : floatText(value);
}

/** Format a float as Python's `repr` does: always with a point, or with an exponent outside of 1e-4 to 1e16. */
function floatText(value: number): string {
  // JavaScript and Python use the same words for NaN and the infinities.
  if (!Number.isFinite(value)) return String(value);
  const [digits = '', exponent = '0'] = value.toExponential().split('e');
  const power = Number(exponent);
  if (power < -4 || power >= 16)
    return `${digits}e${power < 0 ? '-' : '+'}${String(Math.abs(power)).padStart(2, '0')}`;
  if (Object.is(value, -0)) return '-0.0';
  return Number.isInteger(value) ? value.toFixed(1) : String(value);
}

function stringText(text: string): string {
  return toAscii(JSON.stringify(text));
}
