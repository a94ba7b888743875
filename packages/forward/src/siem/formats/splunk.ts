import { type Data, isData } from '../../events/event-data.ts';
import type { EventKind } from '../../events/event-kind.ts';
import { clean, textOf } from '../../text/clean-text.ts';
import type { ObservableKind } from '../observables.ts';
import type { SiemRecord } from '../record.ts';
import { severityScales } from '../severity-scales.ts';

/** The metadata by which Splunk stores an event. The token's settings apply to omitted members. */
export interface SplunkMetadata {
  readonly index?: string | undefined;
  readonly sourcetype?: string | undefined;
  readonly host?: string | undefined;
}

/**
 * Create an event for the HTTP Event Collector. Fields have the names of the Common Information Model's data models
 * Alerts, Vulnerabilities and Malware, if one of these models defines the field.
 * @see "Format events for HTTP Event Collector" and "Common Information Model Add-on Manual" in Splunk's
 *   documentation
 */
export function splunkDocument(record: SiemRecord, { index, sourcetype, host }: SplunkMetadata) {
  const { event, severity, kind } = record;
  const data = isData(event.data) ? event.data : {};
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
      vendor_product: 'SpiderFoot',
      type: typeOf(kind),
      event_type: event.event_type,
      timestamp: record.timestamp,
      severity: severityScales[severity].word,
      category: kind.subject,
      // In the Malware model, this is the action that the product took. SpiderFoot blocks nothing.
      action: kind.subject === 'malware' ? 'allowed' : kind.action,
      signature: record.name,
      signature_id: event.event_type,
      subject: record.title,
      description: record.summary,
      src: textIn(data, ['src', 'src_ip', 'source_ip', 'src_host', 'src_name']),
      dest: record.target ?? textIn(data, ['dest', 'dest_ip', 'dest_host', 'dest_name']),
      user: record.user,
      cve: record.cves[0],
      cvss: textIn(data, ['cvss', 'cvss_score', 'cvss_base_score']),
      url: observed(record, 'url'),
      file_hash: observed(record, 'hash'),
      scan_id: record.scanId,
      module: record.module,
      data: event.data,
      metadata: event.metadata,
    },
  };
}

/** `alarm`, `alert`, `event`, `task` and `warning` are the values that the model prescribes. */
function typeOf({ subject, action }: EventKind): 'alert' | 'event' | 'task' {
  switch (subject) {
    case 'scan':
      return 'task';
    case 'operation':
      return action === 'reported' ? 'event' : 'task';
    case 'configuration':
      return 'event';
    default:
      return 'alert';
  }
}

function textIn(data: Data, names: readonly string[]): string | undefined {
  return names.map((name) => clean(textOf(data[name]), 255)).find((text) => text !== '');
}

function observed({ observables }: SiemRecord, kind: ObservableKind): string | undefined {
  return observables.find((observable) => observable.kind === kind)?.value;
}
