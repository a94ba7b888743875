import type { Action, Category } from '../kinds.ts';
import { levels } from '../levels.ts';
import type { SiemRecord } from '../record.ts';

/** The version of the Elastic Common Schema that the fields are checked against. */
export const ecsVersion = '9.4.0';

/**
 * A document of the Elastic Common Schema. Everything outside of the schema is under `spiderfoot`, and is text: what an
 * event brings along must not choose the mapping of a field. The event as it came is in `event.original`.
 * @see https://www.elastic.co/guide/en/ecs/current/ecs-field-reference.html
 */
export function elasticDocument(record: SiemRecord) {
  const { event, kind, severity, target, ip, host, cve } = record;
  const { elastic, word } = levels[severity];
  return {
    '@timestamp': record.time.toISOString(),
    ecs: { version: ecsVersion },
    message: record.title,
    tags: ['osint', 'spiderfoot'],
    event: {
      id: record.id,
      kind: isAlert(kind.category) ? 'alert' : 'event',
      category: categories[kind.category],
      type: typesOf(kind),
      outcome: outcomes[kind.action],
      action: event.event_type,
      module: 'spiderfoot',
      dataset: 'spiderfoot.webhook',
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
    ...(ip !== undefined && { related: { ip: [ip] } }),
    ...(host !== undefined && { related: { hosts: [host] } }),
    spiderfoot: {
      event_type: event.event_type,
      severity,
      target,
      scan_id: record.scanId,
      module: record.module,
    },
  };
}

/** The schema's categories; what fits none has none, as the schema wants it. */
const categories: Readonly<Partial<Record<Category, string[]>>> = {
  finding: ['vulnerability'],
  vulnerability: ['vulnerability'],
  malware: ['malware'],
  configuration: ['configuration'],
};

function isAlert(category: Category): boolean {
  return ['finding', 'vulnerability', 'malware', 'correlation', 'alert'].includes(category);
}

/** The schema allows some categories only some types. */
function typesOf({ category, action }: SiemRecord['kind']): string[] {
  return isAlert(category) ? ['info'] : (types[action] ?? ['info']);
}

const types: Readonly<Partial<Record<Action, string[]>>> = {
  started: ['start'],
  restarted: ['start'],
  completed: ['end'],
  cancelled: ['end'],
  failed: ['end', 'error'],
  created: ['creation'],
  changed: ['change'],
  deleted: ['deletion'],
};

const outcomes: Readonly<Partial<Record<Action, string>>> = {
  completed: 'success',
  failed: 'failure',
};
