import type { EventAction, EventKind, EventSubject } from '../../events/event-kind.ts';
import type { ObservableKind } from '../observables.ts';
import type { SiemRecord } from '../record.ts';
import { severityScales } from '../severity-scales.ts';

/** The version of the Elastic Common Schema that the fields are checked against. */
export const ecsVersion = '9.4.0';

/** The default data stream. */
export const defaultIndex = 'logs-spiderfoot-default';

/**
 * Write an event as a document of the Elastic Common Schema. All fields outside of the schema are under `spiderfoot`,
 * and are text: an event must not choose the mapping of a field. `event.original` contains the event as it was
 * received.
 * @param index the data stream or index that stores the document
 * @see https://www.elastic.co/guide/en/ecs/current/ecs-field-reference.html
 */
export function elasticDocument(record: SiemRecord, index: string = defaultIndex) {
  const { event, kind, severity, target } = record;
  const [cve] = record.cves;
  const stream = dataStreamOf(index);
  const { elastic, word } = severityScales[severity];
  return {
    '@timestamp': record.time.toISOString(),
    ecs: { version: ecsVersion },
    message: record.title,
    tags: ['osint', 'spiderfoot'],
    data_stream: stream,
    event: {
      id: record.id,
      kind: isAlert(kind) ? 'alert' : 'event',
      ...categorized(kind),
      outcome: outcomes[kind.action],
      action: event.event_type,
      module: 'spiderfoot',
      // Must equal the dataset of the data stream, by which Kibana finds it.
      dataset: stream?.dataset ?? 'spiderfoot',
      provider: 'spiderfoot',
      severity: elastic,
      created: record.receivedAt.toISOString(),
      reason: record.summary || undefined,
      original: record.original,
    },
    observer: { vendor: 'SpiderFoot', product: 'SpiderFoot', type: 'scanner', version: record.version },
    ...(record.rule !== undefined && { rule: { name: record.rule } }),
    ...(record.error !== undefined && { error: { message: record.error } }),
    ...(cve !== undefined && {
      vulnerability: {
        id: cve,
        enumeration: 'CVE',
        classification: 'CVSS',
        severity: word,
        scanner: { vendor: 'SpiderFoot' },
      },
    }),
    ...relatedOf(record),
    spiderfoot: {
      event_type: event.event_type,
      severity,
      target,
      scan_id: record.scanId,
      module: record.module,
    },
  };
}

/** Matches `<type>-<dataset>-<namespace>`, Elastic's naming scheme for data streams. */
function dataStreamOf(index: string) {
  const [, type, dataset, namespace] = /^(logs|metrics|traces|synthetics)-([^-]+)-([^-]+)$/.exec(index) ?? [];
  return type === undefined ? undefined : { type, dataset, namespace };
}

/**
 * Values that the event is related to, one list for each kind. Empty lists are left out, because they would be fields
 * without a value.
 */
function relatedOf({ observables, ip, host, user }: SiemRecord) {
  const valuesOf = (kind: ObservableKind, more?: string) => {
    const values = observables.filter((observable) => observable.kind === kind).map(({ value }) => value);
    const all = new Set(more === undefined ? values : [more, ...values]);
    return all.size === 0 ? undefined : [...all];
  };
  const related = {
    ip: valuesOf('ip', ip),
    hosts: valuesOf('hostname', host),
    hash: valuesOf('hash'),
    user: user === undefined ? undefined : [user],
  };
  return Object.values(related).some((values) => values !== undefined) ? { related } : {};
}

/** Return whether the event reports a verdict of SpiderFoot. */
function isAlert({ subject, action }: EventKind): boolean {
  return verdicts.has(subject) && action === 'reported';
}

const verdicts: ReadonlySet<EventSubject> = new Set([
  'finding',
  'vulnerability',
  'malware',
  'correlation',
  'alert',
]);

/**
 * Return the ECS category, and a type that ECS allows in that category. An event that matches no category has only a
 * type.
 */
function categorized({ subject, action }: EventKind): { category?: string[]; type: string[] } {
  switch (subject) {
    case 'finding':
    case 'vulnerability':
    case 'correlation':
      return { category: ['vulnerability'], type: ['info'] };
    case 'malware':
      return { category: ['malware'], type: ['info'] };
    case 'alert':
      return { type: ['info'] };
    case 'configuration':
      return { category: ['configuration'], type: [definitionTypes[action] ?? 'info'] };
    case 'scan':
    case 'operation':
      return lifecycle(action);
  }
}

/**
 * Runs of scans, tasks and modules are of the category `process`. Creating, changing or deleting one is
 * `configuration`.
 */
function lifecycle(action: EventAction): { category?: string[]; type: string[] } {
  const type = definitionTypes[action];
  if (type !== undefined) return { category: ['configuration'], type: [type] };
  if (action === 'reported') return { type: ['info'] };
  return { category: ['process'], type: [lifecycleTypes[action] ?? 'info'] };
}

const definitionTypes: Readonly<Partial<Record<EventAction, string>>> = {
  created: 'creation',
  changed: 'change',
  deleted: 'deletion',
};

const lifecycleTypes: Readonly<Partial<Record<EventAction, string>>> = {
  started: 'start',
  restarted: 'start',
  completed: 'end',
  cancelled: 'end',
  failed: 'end',
};

const outcomes: Readonly<Partial<Record<EventAction, string>>> = {
  completed: 'success',
  failed: 'failure',
};
