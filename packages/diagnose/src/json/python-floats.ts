import { pythonFloat, pythonJson } from '@spiderfoot-webhooks/core/testing';
import { isWhole, numbers, strings } from './json-text.ts';
import type { JsonStyle } from './json-writer.ts';

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
    if (!isWhole(written)) return numbers.python(written);
    return isFloat(index++) ? pythonJson(pythonFloat(Number(written))) : numbers.python(written);
  };
  return { string: strings.ascii, number, comma: ', ', colon: ': ' };
}
