import { textOf, wellFormed } from '../../text/clean-text.ts';
import type { SiemRecord } from '../record.ts';
import { severityScales } from '../severity-scales.ts';

/**
 * Write an event in the Common Event Format. The extension lists the most important values first. A value that does not
 * fit is cut, and the values after it are left out.
 * @param maxBytes the maximum length in bytes of UTF-8, 600 or more, because the header takes up to 500
 * @see "Implementing ArcSight Common Event Format (CEF)", version 27
 */
export function cefText(record: SiemRecord, maxBytes: number): string {
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
    maxBytes - Buffer.byteLength(header) - 1,
  )}`;
}

/** Escape `|` and `\`, and replace control characters. A header cannot contain line breaks. */
function escapeHeader(text: string, maxBytes: number): string {
  return escapeWithin(text, maxBytes, (character) => {
    if (character === '|' || character === '\\') return `\\${character}`;
    return isControl(character) ? ' ' : character;
  });
}

/** Escape `=` and `\`, and write line breaks as `\n` and `\r`. */
function escapeValue(text: string, maxBytes: number): string {
  return escapeWithin(text, maxBytes, (character) => {
    if (character === '=' || character === '\\') return `\\${character}`;
    if (character === '\n') return '\\n';
    if (character === '\r') return '\\r';
    return isControl(character) ? ' ' : character;
  });
}

function isControl(character: string): boolean {
  return /[\p{Cc}\p{Zl}\p{Zp}]/u.test(character);
}

/** The maximum length of a value in CEF's dictionary is 4000 characters. A limit in bytes is at least as strict. */
const longestValue = 4000;

function extensionOf(
  pairs: readonly (readonly [key: string, value: string | undefined])[],
  maxBytes: number,
): string {
  let text = '';
  let bytesLeft = maxBytes;
  for (const [key, value] of pairs) {
    if (value === undefined || value === '') continue;
    const start = `${text === '' ? '' : ' '}${key}=`;
    const escaped = escapeValue(value, Math.min(bytesLeft - start.length, longestValue));
    if (escaped === '') break;
    text += start + escaped;
    bytesLeft -= start.length + Buffer.byteLength(escaped);
  }
  return text;
}

/** Escape text, and cut it to at most `maxBytes`. An escape sequence or a character is never cut in the middle. */
function escapeWithin(text: string, maxBytes: number, replace: (character: string) => string): string {
  let escaped = '';
  let bytesLeft = maxBytes;
  for (const character of wellFormed(text)) {
    const next = replace(character);
    bytesLeft -= Buffer.byteLength(next);
    if (bytesLeft < 0) break;
    escaped += next;
  }
  return escaped;
}
