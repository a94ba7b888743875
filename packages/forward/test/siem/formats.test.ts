import { isIP } from 'node:net';
import { EcsFlat, EcsVersion } from '@elastic/ecs';
import { samples } from '@spiderfoot-webhooks/core/testing';
import { describe, expect, it } from 'vitest';
import { cefText } from '../../src/siem/formats/cef.ts';
import { ecsVersion, elasticDocument } from '../../src/siem/formats/elastic.ts';
import { ocsfDocument } from '../../src/siem/formats/ocsf.ts';
import { splunkDocument } from '../../src/siem/formats/splunk.ts';
import { toRecord } from '../../src/siem/record.ts';
import { severityScales } from '../../src/siem/severity-scales.ts';
import { syslogMessage } from '../../src/siem/targets/syslog-message.ts';
import { received } from '../support/events.ts';

const types = [...Object.keys(samples), 'a.type.of.tomorrow'];
const hostile = {
  scan_id: { nested: ['x'] },
  target: '198.51.100.7',
  data: '\u0000<b>CVE-2024-12345</b>\nCVE',
  rule_name: 42,
  error: { a: 1 },
};

async function recordOf(type: string, data?: unknown) {
  const { event, context } = await received(type, data === undefined ? {} : { data });
  return toRecord(event, context, {});
}

/** Return a document as it is sent, without undefined members. */
const sent = (document: object): unknown => JSON.parse(JSON.stringify(document));

describe('Elastic Common Schema', () => {
  it('ecsVersion is the version of the installed schema', () => expect(ecsVersion).toBe(EcsVersion));

  it.each(types)('the Elastic Common Schema allows each field of %s', async (type) => {
    expect(violations(sent(elasticDocument(await recordOf(type))))).toEqual([]);
  });

  it('the Elastic Common Schema allows each field of an event with unexpected data', async () => {
    const { event, context } = await received('a.type.of.tomorrow', { data: hostile });
    const document = sent(elasticDocument(toRecord(event, context, {})));
    expect(violations(document)).toEqual([]);
    expect(document).toMatchObject({
      related: { ip: ['198.51.100.7'] },
      vulnerability: { id: 'CVE-2024-12345' },
      spiderfoot: { scan_id: '{"nested":["x"]}' },
    });
  });

  it('has all fields of a finding', async () => {
    const record = await recordOf('high_risk_event');
    expect(sent(elasticDocument(record))).toEqual({
      '@timestamp': '2024-01-01T12:00:00.000Z',
      ecs: { version: EcsVersion },
      message: 'SpiderFoot High Risk Finding: example.com',
      tags: ['osint', 'spiderfoot'],
      data_stream: { type: 'logs', dataset: 'spiderfoot', namespace: 'default' },
      event: {
        id: record.id,
        kind: 'alert',
        category: ['vulnerability'],
        type: ['info'],
        action: 'high_risk_event',
        module: 'spiderfoot',
        dataset: 'spiderfoot',
        provider: 'spiderfoot',
        severity: 73,
        created: record.receivedAt.toISOString(),
        reason: record.summary,
        original: record.original,
      },
      observer: { vendor: 'SpiderFoot', product: 'SpiderFoot', type: 'scanner', version: '5.0.3' },
      vulnerability: {
        id: 'CVE-2021-44228',
        enumeration: 'CVE',
        classification: 'CVSS',
        severity: 'high',
        scanner: { vendor: 'SpiderFoot' },
      },
      related: { hosts: ['example.com'], user: ['admin'] },
      spiderfoot: {
        event_type: 'high_risk_event',
        severity: 'HIGH',
        target: 'example.com',
        scan_id: 'scan_12345',
        module: 'sfp_vulndb',
      },
    });
  });

  it('a document has no top-level field from the data of an event', async () => {
    const data = { a: { b: [1, { c: 2 }] }, event: 'not yours', '@timestamp': 'x', target: ['t'] };
    const document = sent(elasticDocument(await recordOf('a.type.of.tomorrow', data)));
    expect(Object.keys(document as object).sort()).toEqual(
      ['@timestamp', 'data_stream', 'ecs', 'event', 'message', 'observer', 'spiderfoot', 'tags'].sort(),
    );
  });
});

describe('Open Cybersecurity Schema Framework', () => {
  it.each(types)('has the fields that version 1.3.0 requires in %s', async (type) => {
    const document = ocsfDocument(await recordOf(type));
    expect(sent(document)).toMatchObject(document.class_uid === 0 ? { category_uid: 0 } : {});
    expectRequired(sent(document));
  });

  it.each([
    ['vulnerability_found', undefined, 2002, 1],
    ['high_risk_event', undefined, 2002, 1],
    ['vulnerability_found', { data: 'no CVE yet' }, 2004, 1],
    ['malware_detected', undefined, 2004, 1],
    ['alert.critical', undefined, 2004, 1],
    ['correlation_completed', undefined, 2004, 1],
    ['correlation.resolved', undefined, 2004, 3],
    ['event.false_positive', undefined, 2004, 2],
    ['scan_started', undefined, 6007, 1],
    ['scan_completed', undefined, 6007, 2],
    ['scan.aborted', undefined, 6007, 3],
    ['scan_failed', undefined, 6007, 6],
    ['scan.rerun', undefined, 6007, 9],
    ['scan_progress', undefined, 6007, 99],
    ['multi_scan_completed', undefined, 6007, 2],
    ['system.config_changed', undefined, 0, 99],
    ['a.type.of.tomorrow', undefined, 0, 99],
  ])(
    'maps %s with the data %j to the class %i and the activity %i',
    async (type, data, class_uid, activity_id) => {
      const document = ocsfDocument(await recordOf(type, data));
      expect(document).toMatchObject({ class_uid, activity_id, type_uid: class_uid * 100 + activity_id });
    },
  );

  it('has all fields of a vulnerability', async () => {
    const record = await recordOf('vulnerability_found');
    expect(ocsfDocument(record)).toMatchObject({
      time: Date.parse('2024-01-01T12:00:00Z'),
      severity_id: 4,
      severity: 'High',
      finding_info: { uid: record.id, types: ['vulnerability_found'], data_sources: ['sfp_vulndb'] },
      vulnerabilities: [{ cve: { uid: 'CVE-2023-4863' } }],
      resources: [{ name: 'example.com' }],
      metadata: { uid: record.id, event_code: 'vulnerability_found' },
      unmapped: { scan_id: 'scan_12345', data: samples.vulnerability_found },
    });
  });
});

describe('every format except "guide"', () => {
  it.each([
    ['malware_detected', {}, 'CRITICAL'],
    ['vulnerability_found', { severity: 'critical' }, 'CRITICAL'],
    ['vulnerability_found', {}, 'HIGH'],
    ['brand.new', { level: 'Moderate' }, 'MEDIUM'],
    ['finding.new', { risk: 'LOW' }, 'LOW'],
    ['scan_started', {}, 'INFO'],
  ] as const)('sends %s with %j as %s in its own scale', async (type, data, severity) => {
    const record = await recordOf(type, data);
    const { word, cef, elastic, ocsf, syslog } = severityScales[severity];
    expect(record.severity).toBe(severity);
    expect(elasticDocument(record).event.severity).toBe(elastic);
    expect(ocsfDocument(record).severity_id).toBe(ocsf);
    expect(splunkDocument(record, {}).event.severity).toBe(word);
    expect(cefText(record, 8192).split('|')[6]).toBe(String(cef));
    const settings = { facility: 0, hostname: 'h', maxSize: 8192 };
    expect(syslogMessage(record, settings, () => '').toString()).toMatch(new RegExp(`^<${syslog}>`));
  });
});

describe('Splunk', () => {
  it('has the time in seconds, the configured metadata, and the severity of its information model', async () => {
    const { event, context } = await received('alert.info', { timestamp: new Date(1704110400250) });
    const record = toRecord(event, context, {});
    const metadata = { index: 'osint', sourcetype: 'spiderfoot', host: undefined };
    expect(sent(splunkDocument(record, metadata))).toMatchObject({
      time: 1704110400.25,
      index: 'osint',
      source: 'spiderfoot',
      sourcetype: 'spiderfoot',
      event: {
        id: context.id,
        app: 'SpiderFoot',
        event_type: 'alert.info',
        severity: 'informational',
        category: 'alert',
        data: samples['alert.info'],
      },
    });
    expect(sent(splunkDocument(record, metadata))).not.toHaveProperty('host');
  });
});

/** Return the fields of a document that the published schema does not allow. */
function violations(document: unknown): string[] {
  const fields: Readonly<Record<string, Field>> = EcsFlat;
  return leavesOf(document, '')
    .flatMap(([name, value]) => {
      if (name.startsWith('spiderfoot.')) return typeof value === 'string' ? [] : [`${name} is not text`];
      const field = fields[name];
      if (field === undefined) return [`${name} is not in the schema`];
      const isList = field.normalize.includes('array');
      if (isList !== Array.isArray(value)) return [`${name} is ${isList ? 'not' : ''} a list`];
      const values: unknown[] = Array.isArray(value) ? value : [value];
      return values.flatMap((value) =>
        problemsOf(field, value).map((problem) => `${name} ${problem}: ${value}`),
      );
    })
    .concat(mismatchedTypes(document));
}

interface Field {
  readonly type: string;
  readonly normalize: readonly string[];
  readonly allowed_values?: readonly {
    readonly name: string;
    readonly expected_event_types?: readonly string[];
  }[];
}

function problemsOf({ type, allowed_values: allowed }: Field, value: unknown): string[] {
  if (allowed !== undefined && !allowed.some(({ name }) => name === value)) return ['is not allowed'];
  if (type === 'date') return Number.isNaN(Date.parse(String(value))) ? ['is not a date'] : [];
  if (type === 'long') return Number.isSafeInteger(value) ? [] : ['is not an integer'];
  if (type === 'ip') return isIP(String(value)) === 0 ? ['is not an address'] : [];
  return typeof value === 'string' ? [] : ['is not text'];
}

/** Return the event types that their category does not allow. */
function mismatchedTypes(document: unknown): string[] {
  const { event } = document as { event: { category?: string[]; type: string[] } };
  const categories: Field = EcsFlat['event.category'];
  return (event.category ?? []).flatMap((category) => {
    const expected =
      categories.allowed_values?.find(({ name }) => name === category)?.expected_event_types ?? [];
    return event.type
      .filter((type) => !expected.includes(type))
      .map((type) => `${category} is never ${type}`);
  });
}

function leavesOf(value: unknown, path: string): [string, unknown][] {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return [[path, value]];
  return Object.entries(value).flatMap(([name, member]) =>
    leavesOf(member, path === '' ? name : `${path}.${name}`),
  );
}

const activities: Readonly<Record<number, readonly number[]>> = {
  0: [0, 99],
  2002: [0, 1, 2, 3, 99],
  2004: [0, 1, 2, 3, 99],
  6007: [0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 99],
};

/** Check the required fields of the used classes, according to https://schema.ocsf.io/1.3.0. */
function expectRequired(document: unknown): void {
  expect(document).toEqual(
    expect.objectContaining({
      activity_id: expect.any(Number),
      category_uid: expect.any(Number),
      class_uid: expect.any(Number),
      type_uid: expect.any(Number),
      time: expect.any(Number),
      severity_id: expect.any(Number),
      metadata: expect.objectContaining({
        version: '1.3.0',
        product: expect.objectContaining({ name: 'SpiderFoot', vendor_name: 'SpiderFoot' }),
      }),
    }),
  );
  const { class_uid, category_uid, activity_id, type_uid, severity_id } = document as Record<string, number>;
  expect(activities[class_uid ?? -1]).toContain(activity_id);
  expect(type_uid).toBe((class_uid ?? 0) * 100 + (activity_id ?? 0));
  expect(Math.floor((class_uid ?? 0) / 1000)).toBe(category_uid);
  expect([0, 1, 2, 3, 4, 5, 6, 99]).toContain(severity_id);
  if (category_uid === 2) {
    expect(document).toMatchObject({ finding_info: { uid: expect.any(String), title: expect.any(String) } });
  }
  if (class_uid === 2002) {
    expect(document).toMatchObject({ vulnerabilities: [{ cve: { uid: expect.stringMatching(/^CVE-/) } }] });
  }
  if (class_uid === 6007) {
    expect(document).toMatchObject({ scan: { uid: expect.any(String), type_id: expect.any(Number) } });
  }
}
