import { pythonFloat, pythonJson } from '@spiderfoot-webhooks/core/testing';

/** The maximum number of digits of an integer that Python's json module reads. */
const mostDigits = 4300;

/** How programs write a number that they read as in the original text. */
export const numbers = {
  asWritten: (written: string) => written,
  javascript: (written: string) => JSON.stringify(Number(written)),
  python: pythonNumber,
  /** Every number is a double, as in Gson and in R. */
  doubles: (written: string) => (isWhole(written) ? `${written}.0` : written),
  /** Java's Double.toString. */
  java: (written: string) => javaDouble(Number(written)),
  /** Whole numbers lose their decimal point. */
  whole: (written: string) => written.replace(/\.0+$/, ''),
  /** The format %g of C, with six digits, and with 14 digits as in Lua. */
  six: (written: string) => general(Number(written), 6),
  fourteen: (written: string) => general(Number(written), 14),
  strings: (written: string) => JSON.stringify(written),
} as const;

export function isWhole(written: string): boolean {
  return /^-?\d+$/.test(written);
}

function pythonNumber(written: string): string {
  if (/^-?(?:Infinity|NaN)$/.test(written)) return written;
  if (/[.eE]/.test(written)) return pythonJson(pythonFloat(Number(written)));
  // Python rejects longer integers, and the time to convert one is quadratic in its length.
  return written.length > mostDigits ? written : String(BigInt(written));
}

function javaDouble(value: number): string {
  const size = Math.abs(value);
  if (!Number.isFinite(value)) return String(value);
  if (value === 0 || (size >= 1e-3 && size < 1e7)) {
    return Number.isInteger(value) ? value.toFixed(1) : String(value);
  }
  const [digits = '', exponent = ''] = value.toExponential().split('e');
  return `${digits.includes('.') ? digits : `${digits}.0`}E${exponent.replace('+', '')}`;
}

function general(value: number, digits: number): string {
  if (!Number.isFinite(value) || value === 0) return String(value);
  const [mantissa = '', exponent = ''] = value.toExponential(digits - 1).split('e');
  const power = Number(exponent);
  if (power >= -4 && power < digits) return String(Number(value.toPrecision(digits)));
  const short = mantissa.includes('.') ? mantissa.replace(/\.?0+$/, '') : mantissa;
  return `${short}e${power < 0 ? '-' : '+'}${String(Math.abs(power)).padStart(2, '0')}`;
}

const plain = (text: string) => JSON.stringify(text);
const ascii = (text: string) => pythonJson(text);
const unit = (character: string) => `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`;
const upperUnit = (character: string) => `\\u${unit(character).slice(2).toUpperCase()}`;
const within = (quoted: string, change: (inner: string) => string) => `"${change(quoted.slice(1, -1))}"`;

/** How programs write a string. */
export const strings = {
  plain,
  /** Non-ASCII characters are escaped. */
  ascii,
  asciiUppercase: (text: string) => plain(text).replace(/[\u007f-\uffff]/g, upperUnit),
  /** PHP, Lua and Swift escape slashes. */
  slashes: (text: string) => plain(text).replaceAll('/', '\\/'),
  asciiSlashes: (text: string) => ascii(text).replaceAll('/', '\\/'),
  /** Go and Ruby on Rails escape the characters of HTML. */
  html: (text: string) => plain(text).replace(/[<>&\u2028\u2029]/g, unit),
  /** Gson. */
  gson: (text: string) => plain(text).replace(/[<>&='\u2028\u2029]/g, unit),
  /** ConvertTo-Json of Windows PowerShell. */
  powershell: (text: string) => plain(text).replace(/[<>&']/g, unit),
  /** PHP with JSON_HEX_*, as in Symfony. */
  symfony: (text: string) =>
    within(ascii(text), (inner) =>
      inner
        .replaceAll('\\"', '\\u0022')
        .replaceAll('/', '\\/')
        .replace(/[<>&']/g, upperUnit),
    ),
  laravel: (text: string) =>
    within(ascii(text), (inner) => inner.replaceAll('\\"', '\\u0022').replace(/[<>&']/g, upperUnit)),
  /** .NET: `"`, `<`, `>`, `&`, `'`, `+`, `` ` `` and non-ASCII characters as uppercase escapes. */
  dotnet: (text: string) =>
    within(plain(text), (inner) =>
      inner.replaceAll('\\"', '\\u0022').replace(/[<>&'+`\u007f-\uffff]/g, upperUnit),
    ),
  /** Short escapes such as \b and \f are written as \u0008 and \u000c. */
  longEscapes: (text: string) =>
    within(plain(text), (inner) =>
      inner.replace(/\\[bf]/g, (code) => (code === '\\b' ? '\\u0008' : '\\u000c')),
    ),
} as const;

/** Write each text once, because writing strings takes most of the time. */
export function remembered(write: (text: string) => string): (text: string) => string {
  const known = new Map<string, string>();
  return (text) => {
    const written = known.get(text) ?? write(text);
    known.set(text, written);
    return written;
  };
}
