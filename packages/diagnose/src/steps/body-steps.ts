import { isUtf8 } from 'node:buffer';
import { createHash } from 'node:crypto';
import { jsonStyles } from '../json/json-styles.ts';
import { writeJson } from '../json/json-writer.ts';
import { memberOf, parseLossless } from '../json/lossless-json.ts';
import { missingEnd } from '../text/truncated-json.ts';
import { utf16Encoding } from '../text/utf16-encoding.ts';
import { byteCount } from './byte-count.ts';
import { notable, right, type Step, wrong } from './step.ts';

/** The maximum length of a body that is compared with every style of JSON, which takes as long as writing it in each. */
const longestStyled = 2 ** 17;

/** Check a body: its length, hash, encoding, byte order mark, line endings and JSON. */
export function bodySteps(body: Buffer): readonly Step[] {
  const hash = createHash('sha256').update(body).digest('hex');
  if (body.length === 0) return [wrong('body', 'the body is empty')];
  const size = `${byteCount(body.length)}, SHA-256 ${hash}`;
  const text = body.toString();
  return [
    right('body', size),
    encodingStep(body),
    text.startsWith('\ufeff')
      ? wrong('byte order mark', 'present; SpiderFoot does not write one')
      : right('byte order mark', 'none'),
    endStep(text),
    lineEndsStep(text),
    jsonStep(text.replace(/^\ufeff/, '')),
  ];
}

function encodingStep(body: Buffer): Step {
  if (utf16Encoding(body) !== undefined) return wrong('encoding', 'probably UTF-16');
  if (body.subarray(0, 64).includes(0)) return wrong('encoding', 'contains zero bytes, so it is not text');
  if (!isUtf8(body)) return wrong('encoding', 'not valid UTF-8');
  const ascii = body.every((byte) => byte < 128);
  return ascii
    ? right('encoding', 'ASCII')
    : notable('encoding', 'UTF-8 with non-ASCII characters, which SpiderFoot escapes');
}

function endStep(text: string): Step {
  if (/\n$/.test(text)) return notable('end', 'a newline, which SpiderFoot does not write');
  return /\s$/.test(text) ? notable('end', 'white space') : right('end', 'no newline');
}

function lineEndsStep(text: string): Step {
  const windows = text.split('\r\n').length - 1;
  const others = text.split('\n').length - 1 - windows;
  if (windows + others === 0) return right('line ends', 'none');
  return notable('line ends', `${windows} CRLF, ${others} LF; SpiderFoot writes a single line`);
}

function jsonStep(text: string): Step {
  const json = parseLossless(text);
  if (json === undefined) {
    const isCut = missingEnd(text) !== undefined;
    return wrong('JSON', isCut ? 'cut off: the end of the body is missing' : 'cannot be parsed');
  }
  if (typeof json !== 'object' || json === null || Array.isArray(json)) {
    return wrong('JSON', 'not an object, but an event must be an object');
  }
  const named = memberOf(json, 'event_type') ?? memberOf(json, 'event');
  if (named === undefined)
    return notable('JSON', 'an object, but not a SpiderFoot event, because it has no event_type');
  const styles = text.length > longestStyled ? jsonStyles.slice(0, 2) : jsonStyles;
  const writer = styles.find(({ style }) => writeJson(json, style) === text);
  if (writer?.name === 'python') return right('JSON', 'an event, written as SpiderFoot writes it');
  const style = writer === undefined ? 'differently from SpiderFoot' : `like ${writer.writer}`;
  return notable('JSON', `an event, but written ${style}; it may have been parsed and serialized again`);
}
