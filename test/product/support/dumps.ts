import { fileURLToPath } from 'node:url';
import { pythonFloat } from '@spiderfoot-webhooks/core/testing';
import fc from 'fast-check';
import { run } from './program.ts';

/** One value in both languages. */
export interface Twin {
  /** For `pythonJson`. */
  readonly js: unknown;
  /** For json-dumps.py. */
  readonly python: unknown;
}

/** Any value that Python's `json.dumps` accepts. */
export const twin: fc.Arbitrary<Twin> = fc.letrec<{ value: Twin }>((tie) => ({
  value: fc.oneof(
    { depthSize: 'small', withCrossShrink: true },
    leaf(),
    fc.array(tie('value'), { maxLength: 5 }).map((items) => ({
      js: items.map(({ js }) => js),
      python: items.map(({ python }) => python),
    })),
    fc.array(fc.tuple(text(), tie('value')), { maxLength: 5 }).map((members) => ({
      js: Object.fromEntries(members.map(([key, { js }]) => [key, js])),
      python: Object.fromEntries(members.map(([key, { python }]) => [key, python])),
    })),
  ),
})).value;

function leaf(): fc.Arbitrary<Twin> {
  return fc.oneof(
    fc.constantFrom(null, true, false).map((js) => ({ js, python: js })),
    text().map((js) => ({ js, python: js })),
    fc.maxSafeInteger().map((js) => ({ js, python: js })),
    fc.bigInt().map((js) => ({ js, python: { $int: String(js) } })),
    double().map((js) => ({ js: pythonFloat(js), python: float(js) })),
    double()
      .filter((js) => !Number.isSafeInteger(js) || Object.is(js, -0))
      .map((js) => ({ js, python: float(js) })),
  );
}

/** Any double: common values, and arbitrary bit patterns. */
function double(): fc.Arbitrary<number> {
  return fc.oneof(
    fc.double(),
    fc.integer(),
    fc.integer({ min: -30, max: 30 }).map((power) => 10 ** power),
  );
}

/** Any text, including lone surrogates, which Python's strings can also contain. */
function text(): fc.Arbitrary<string> {
  const units = fc.array(fc.integer({ min: 0, max: 0xffff })).map((codes) => String.fromCharCode(...codes));
  return fc.oneof(fc.string({ unit: 'binary-ascii' }), fc.string({ unit: 'binary' }), units);
}

function float(value: number): unknown {
  return { $float: Object.is(value, -0) ? '-0.0' : String(value) };
}

const dumps = fileURLToPath(new URL('../programs/json-dumps.py', import.meta.url));

/** The output of Python's `json.dumps` for each value, from one process. */
export async function dumpInPython(values: readonly Twin[]): Promise<readonly string[]> {
  const input = JSON.stringify(values.map(({ python }) => python));
  const { code, lines, stderr } = await run('python3', [dumps], { input });
  if (code !== 0) throw new Error(`json-dumps.py exited with code ${code}:\n${stderr}`);
  return lines;
}
