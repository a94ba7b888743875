import type { EventAction } from '../../events/event-kind.ts';
import type { ObservableKind } from '../observables.ts';
import type { SiemRecord } from '../record.ts';
import { severityScales } from '../severity-scales.ts';

/** The version of the Open Cybersecurity Schema Framework. */
const schemaVersion = '1.3.0';

/** A class of the schema, and the attributes that its events have in addition to those of a base event. */
interface Classified {
  readonly category_uid: number;
  readonly category_name: string;
  readonly class_uid: number;
  readonly class_name: string;
  readonly activity_id: number;
  readonly activity_name: string;
  readonly attributes: object;
}

/**
 * Write an event of the Open Cybersecurity Schema Framework. A finding with a CVE becomes a Vulnerability Finding. Any
 * other finding, an alert or a correlation becomes a Detection Finding, an event of a scan becomes a Scan Activity, and
 * every other event becomes a Base Event.
 * @see https://schema.ocsf.io/1.3.0
 */
export function ocsfDocument(record: SiemRecord) {
  const { ocsf, caption } = severityScales[record.severity];
  const { attributes, ...classified } = classify(record);
  return {
    ...classified,
    type_uid: classified.class_uid * 100 + classified.activity_id,
    type_name: `${classified.class_name}: ${classified.activity_name}`,
    // Milliseconds since 1970.
    time: record.time.getTime(),
    severity_id: ocsf,
    severity: caption,
    message: record.title,
    observables: observablesOf(record),
    ...attributes,
    metadata: {
      version: schemaVersion,
      uid: record.id,
      event_code: record.event.event_type,
      original_time: record.timestamp,
      logged_time: record.receivedAt.getTime(),
      product: { name: 'SpiderFoot', vendor_name: 'SpiderFoot', version: record.version },
    },
    raw_data: record.original,
    unmapped: { event_type: record.event.event_type, scan_id: record.scanId, data: record.event.data },
  };
}

function classify(record: SiemRecord): Classified {
  switch (record.kind.subject) {
    case 'finding':
    case 'vulnerability':
      return record.cves.length === 0 ? detection(record) : vulnerability(record);
    case 'malware':
    case 'correlation':
    case 'alert':
      return detection(record);
    case 'scan':
      return scan(record);
    default:
      return baseEvent(record);
  }
}

const findings = { category_uid: 2, category_name: 'Findings' };

function detection(record: SiemRecord): Classified {
  return {
    ...findings,
    class_uid: 2004,
    class_name: 'Detection Finding',
    ...findingActivity(record),
    attributes: findingAttributes(record),
  };
}

function vulnerability(record: SiemRecord): Classified {
  return {
    ...findings,
    class_uid: 2002,
    class_name: 'Vulnerability Finding',
    ...findingActivity(record),
    attributes: findingAttributes(record),
  };
}

function findingActivity({ kind }: SiemRecord) {
  switch (kind.action) {
    case 'changed':
      return { activity_id: 2, activity_name: 'Update' };
    case 'completed':
      return { activity_id: 3, activity_name: 'Close' };
    default:
      return { activity_id: 1, activity_name: 'Create' };
  }
}

function findingAttributes(record: SiemRecord) {
  return {
    status_id: record.kind.action === 'completed' ? 4 : 1,
    status: record.kind.action === 'completed' ? 'Resolved' : 'New',
    finding_info: {
      uid: record.id,
      title: record.title,
      desc: record.summary,
      created_time: record.time.getTime(),
      types: [record.event.event_type],
      data_sources: record.module === undefined ? undefined : [record.module],
    },
    resources: record.target === undefined ? undefined : [{ name: record.target, type: 'target' }],
    vulnerabilities: vulnerabilitiesOf(record),
  };
}

/** A Vulnerability Finding must contain at least one vulnerability. Any other finding may contain some. */
function vulnerabilitiesOf({ cves, title, summary, severity }: SiemRecord) {
  if (cves.length === 0) return undefined;
  return cves.map((uid) => ({
    cve: { uid },
    title,
    desc: summary,
    severity: severityScales[severity].caption,
    vendor_name: 'SpiderFoot',
  }));
}

/** The schema's `type_id` of an observable, and its caption. */
const observableTypes: Readonly<Record<ObservableKind, readonly [id: number, caption: string]>> = {
  hostname: [1, 'Hostname'],
  ip: [2, 'IP Address'],
  email: [5, 'Email Address'],
  url: [6, 'URL String'],
  hash: [8, 'Hash'],
  subnet: [12, 'Subnet'],
};

/** Return each observable with the path of its value in this document. */
function observablesOf({ observables }: SiemRecord) {
  if (observables.length === 0) return undefined;
  return observables.map(({ kind, value, path }) => {
    const [type_id, type] = observableTypes[kind];
    return { name: `unmapped.data.${path}`, type, type_id, value };
  });
}

const scanActivities: Readonly<Partial<Record<EventAction, readonly [id: number, name: string]>>> = {
  started: [1, 'Started'],
  completed: [2, 'Completed'],
  cancelled: [3, 'Cancelled'],
  failed: [6, 'Error'],
  restarted: [9, 'Restarted'],
};

function scan(record: SiemRecord): Classified {
  const [activity_id, activity_name] = scanActivities[record.kind.action] ?? [99, record.kind.action];
  return {
    category_uid: 6,
    category_name: 'Application Activity',
    class_uid: 6007,
    class_name: 'Scan Activity',
    activity_id,
    activity_name,
    attributes: {
      // The schema requires a name or an id. An event about a workspace may have no target and no scan id.
      scan: { uid: record.scanId ?? record.id, name: record.target, type_id: 99, type: 'OSINT' },
      status_id: record.kind.action === 'failed' ? 2 : 1,
      status: record.kind.action === 'failed' ? 'Failure' : 'Success',
      status_detail: record.error,
    },
  };
}

function baseEvent({ kind }: SiemRecord): Classified {
  return {
    category_uid: 0,
    category_name: 'Uncategorized',
    class_uid: 0,
    class_name: 'Base Event',
    activity_id: 99,
    activity_name: `${kind.subject} ${kind.action}`,
    attributes: {},
  };
}
