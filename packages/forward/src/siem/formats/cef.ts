import { textOf, wellFormed } from '../../text/clean-text.ts';
import type { SiemRecord } from '../record.ts';
import { severityScales } from '../severity-scales.ts';

/**
 * An event in the Common Event Format, at most so many bytes long: what comes first matters most, the value that does not
 * fit is cut, and what would come after it is left out.
 * @param most bytes of UTF-8, 600 or more: the header alone takes up to 500
 * @see "Implementing ArcSight Common Event Format (CEF)", version 27
 */
export function cefText(record: SiemRecord, most: number): string {
  const { event, kind, severity, ip, host } = record;
  const header = [
    'CEF:0',
    'SpiderFoot',
    'SpiderFoot',
    escapeHeader(record.version ?? '', 32),
    escapeHeader(event.event_type, 100),
    escapeHeader(record.name, 300),
    severityScales[severity].cef,
  ].join('|');
  return `${header}|${extensionOf(
    [
      ['rt', String(record.time.getTime())],
      ['externalId', record.id],
      ['cat', kind.subject],
      ['act', kind.action],
      ['dst', ip?.includes(':') ? undefined : ip],
      ['dhost', host],
      ['cs1Label=target cs1', record.target],
      ['cs2Label=scan_id cs2', record.scanId],
      ['cs3Label=module cs3', record.module],
      ['cs4Label=cve cs4', record.cves.join(', ')],
      ['msg', record.summary],
      ['cs5Label=data cs5', textOf(event.data)],
    ],
    most - Buffer.byteLength(header) - 1,
  )}`;
}

/** `|` and `\` are escaped; a line break cannot stand in a header. */
function escapeHeader(text: string, most: number): string {
  return escapeWithin(text, most, (character) => {
    if (character === '|' || character === '\\') return `\\${character}`;
    return isControl(character) ? ' ' : character;
  });
}

/** `=` and `\` are escaped, line breaks are written `\n` and `\r`. */
function escapeValue(text: string, most: number): string {
  return escapeWithin(text, most, (character) => {
    if (character === '=' || character === '\\') return `\\${character}`;
    if (character === '\n') return '\\n';
    if (character === '\r') return '\\r';
    return isControl(character) ? ' ' : character;
  });
}

function isControl(character: string): boolean {
  return /[\p{Cc}\p{Zl}\p{Zp}]/u.test(character);
}

/** The longest value of CEF's dictionary, in characters; here in bytes, which is never more. */
const longestValue = 4000;

function extensionOf(
  pairs: readonly (readonly [key: string, value: string | undefined])[],
  room: number,
): string {
  let text = '';
  let left = room;
  for (const [key, value] of pairs) {
    if (value === undefined || value === '') continue;
    const start = `${text === '' ? '' : ' '}${key}=`;
    const escaped = escapeValue(value, Math.min(left - start.length, longestValue));
    if (escaped === '') break;
    text += start + escaped;
    left -= start.length + Buffer.byteLength(escaped);
  }
  return text;
}

/** At most so many bytes; neither an escape nor a character is cut in two. */
function escapeWithin(text: string, most: number, replace: (character: string) => string): string {
  let escaped = '';
  let left = most;
  for (const character of wellFormed(text)) {
    const next = replace(character);
    left -= Buffer.byteLength(next);
    if (left < 0) break;
    escaped += next;
  }
  return escaped;
}
