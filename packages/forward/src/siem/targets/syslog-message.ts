import type { SiemRecord } from '../record.ts';
import { severityScales } from '../severity-scales.ts';

export interface SyslogSettings {
  readonly facility: number;
  readonly hostname: string;
  /** Bytes of a message at the most. */
  readonly maxSize: number;
}

/**
 * A syslog message, in UTF-8 and without a byte order mark, which parsers of CEF stumble over.
 * @param text is told how many bytes there are left for it
 * @see RFC 5424
 */
export function syslogMessage(
  record: SiemRecord,
  { facility, hostname, maxSize }: SyslogSettings,
  text: (most: number) => string,
): Buffer {
  const priority = facility * 8 + severityScales[record.severity].syslog;
  const type = syslogName(record.event.event_type, 32);
  const header = `<${priority}>1 ${record.time.toISOString()} ${hostname} spiderfoot ${process.pid} ${type} - `;
  return Buffer.from(header + text(maxSize - header.length));
}

/** A name as the header can hold it: printable ASCII without spaces, `-` for none. */
export function syslogName(text: string, most: number): string {
  return text.replace(/[^\x21-\x7e]/g, '').slice(0, most) || '-';
}
