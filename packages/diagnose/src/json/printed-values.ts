import { numbers } from './json-text.ts';
import { type JsonStyle, writeJson } from './json-writer.ts';
import type { Json } from './lossless-json.ts';

/** Write a value as Python or Ruby prints it. */
export function printed(json: Json, language: 'python' | 'ruby' | 'rubyNew'): string {
  const isPython = language === 'python';
  const quote = (text: string) => {
    if (!isPython) return JSON.stringify(text);
    const mark = text.includes("'") && !text.includes('"') ? '"' : "'";
    return `${mark}${text.replaceAll('\\', '\\\\').replaceAll('\n', '\\n').replaceAll(mark, `\\${mark}`)}${mark}`;
  };
  const style: JsonStyle = {
    string: quote,
    number: isPython ? numbers.python : numbers.asWritten,
    comma: ', ',
    colon: isPython ? ': ' : language === 'ruby' ? '=>' : ' => ',
  };
  const words: Readonly<Record<string, string>> = isPython
    ? { true: 'True', false: 'False', null: 'None' }
    : { true: 'true', false: 'false', null: 'nil' };
  return writeJson(json, style).replace(
    /'(?:[^'\\]|\\.)*'|"(?:[^"\\]|\\.)*"|\b(?:true|false|null)\b/g,
    (token) => words[token] ?? token,
  );
}
