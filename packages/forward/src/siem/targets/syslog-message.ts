import type { SiemRecord } from '../record.ts';
import { severityScales } from '../severity-scales.ts';

export interface SyslogSettings {
  readonly facility: number;
  readonly hostname: string;
  /** The maximum size of a message in bytes. */
  readonly maxSize: number;
}

/**
 * Write a syslog message in UTF-8. It has no byte order mark, because CEF parsers fail on it.
 * @param text returns the text of the message, in at most `maxBytes`
 * @see RFC 5424
 */
export function syslogMessage(
  record: SiemRecord,
  { facility, hostname, maxSize }: SyslogSettings,
  text: (maxBytes: number) => string,
): Buffer {
  const priority = facility * 8 + severityScales[record.severity].syslog;
  const type = syslogName(record.event.event_type, 32);
  const header = `<${priority}>1 ${record.time.toISOString()} ${hostname} spiderfoot ${process.pid} ${type} - `;
  return Buffer.from(header + text(maxSize - header.length));
}

/** Return a name that is valid in the header: printable ASCII without spaces, or `-` if no character is left. */
export function syslogName(text: string, maxLength: number): string {
  return text.replace(/[^\x21-\x7e]/g, '').slice(0, maxLength) || '-';
}
