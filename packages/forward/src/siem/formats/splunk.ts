import { levels } from '../levels.ts';
import type { SiemRecord } from '../record.ts';

/** Where in Splunk an event goes. What is left out is the token's to say. */
export interface SplunkPlace {
  readonly index?: string | undefined;
  readonly sourcetype?: string | undefined;
  readonly host?: string | undefined;
}

/**
 * An event of the HTTP Event Collector; the names are those of the common information model where it has one.
 * @see "Format events for HTTP Event Collector" in Splunk's documentation
 */
export function splunkDocument(record: SiemRecord, { index, sourcetype, host }: SplunkPlace) {
  const { event, severity, kind } = record;
  return {
    // Seconds since 1970, with milliseconds.
    time: record.time.getTime() / 1000,
    host,
    source: 'spiderfoot',
    sourcetype,
    index,
    event: {
      id: record.id,
      app: 'SpiderFoot',
      event_type: event.event_type,
      timestamp: record.timestamp,
      severity: levels[severity].word,
      category: kind.category,
      action: kind.action,
      signature: record.title,
      description: record.summary,
      dest: record.target,
      cve: record.cve,
      scan_id: record.scanId,
      module: record.module,
      data: event.data,
      metadata: event.metadata,
    },
  };
}
