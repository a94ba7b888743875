import { describe, expect, expectTypeOf, it } from 'vitest';
import * as z from 'zod';
import { eventSchemas, parseEvent } from '../../src/index.ts';
import { pythonFloat, pythonJson, samples } from '../../src/testing/index.ts';

const time = '2024-01-01T12:00:00Z';
const guide = (event_type: string, data: unknown, envelope: object = {}) =>
  JSON.stringify({ event_type, timestamp: time, data, ...envelope });
const shipped = (event_type: string, payload: unknown, timestamp: unknown = pythonFloat(1704110400.25)) =>
  pythonJson({ event_type, timestamp, payload });

function eventOf(body: string | Uint8Array) {
  const parsed = parseEvent(body);
  if (parsed.status !== 'parsed') throw new Error(JSON.stringify(parsed));
  return parsed;
}

/** The fifteen event types of SpiderFoot's guide, in its four groups. */
const guideTypes = [
  ...['scan_started', 'scan_completed', 'scan_failed', 'scan_progress'],
  ...['high_risk_event', 'medium_risk_event', 'vulnerability_found', 'malware_detected'],
  ...['correlation_completed', 'cti_report_generated', 'workspace_created', 'multi_scan_completed'],
  ...['system_alert', 'resource_warning', 'module_error'],
];

/** The event types that SpiderFoot's code lists and sends, and the type that each has in the kit. */
const shippedTypes: Readonly<Record<string, string>> = {
  'scan.started': 'scan_started',
  'scan.complete': 'scan_completed',
  'scan.completed': 'scan_completed',
  'scan.error': 'scan_failed',
  'scan.failed': 'scan_failed',
  'scan.progress': 'scan_progress',
  'correlation.detected': 'correlation_completed',
  'vulnerability.detected': 'vulnerability_found',
  'module.error': 'module_error',
  ...Object.fromEntries(
    [
      ...'created stopped aborted deleted archived unarchived rerun cloned'
        .split(' ')
        .map((name) => `scan.${name}`),
      ...['event.new', 'event.false_positive', 'finding.new', 'finding.critical', 'correlation.resolved'],
      ...['asset.discovered', 'asset.risk_changed', 'monitor.change', 'schedule.triggered', 'export.ready'],
      ...['module.started', 'module.completed', 'module.timeout'],
      ...['system.health', 'system.health_degraded', 'system.config_changed', 'system.api_key_rotated'],
      ...'queued running completed failed cancelled'.split(' ').map((name) => `task.${name}`),
      ...'critical high medium low info'.split(' ').map((name) => `alert.${name}`),
      'webhook.test',
    ].map((name) => [name, name]),
  ),
};

describe('the dialect guide', () => {
  it.each(guideTypes)('parses %s', (type) => {
    expect(Object.keys(eventSchemas)).toContain(type);
    const data = Reflect.get(samples, type);
    expect(eventOf(guide(type, data))).toMatchObject({
      event: { event_type: type, timestamp: time, data },
      wire: { dialect: 'guide', eventType: type },
    });
  });

  it('parses an event without source, version and metadata, like the curl example of the guide', () => {
    const { event } = eventOf(guide('scan_completed', { scan_id: 'test', target: 'example.com' }));
    expect(event).toEqual({
      event_type: 'scan_completed',
      timestamp: time,
      source: 'spiderfoot',
      data: { scan_id: 'test', target: 'example.com' },
      metadata: {},
    });
  });

  it.each(guideTypes)('parses %s if the fields of its data are missing or null', (type) => {
    expect(eventOf(guide(type, {})).event.data).toEqual({});
    const nulls = Object.fromEntries(Object.keys(Reflect.get(samples, type)).map((field) => [field, null]));
    expect(eventOf(guide(type, nulls)).event.data).toEqual(nulls);
  });

  it('keeps undocumented fields of an event', () => {
    const body = guide('scan_started', { extra: [1] }, { trace: 'x', metadata: { team: 'red' } });
    expect(eventOf(body).event).toMatchObject({
      data: { extra: [1] },
      trace: 'x',
      metadata: { team: 'red' },
    });
  });

  it('renames correlation_found to correlation_completed', () => {
    expect(eventOf(guide('correlation_found', {}))).toMatchObject({
      event: { event_type: 'correlation_completed' },
      wire: { eventType: 'correlation_found' },
    });
  });
});

describe('the dialect shipped', () => {
  it.each(Object.entries(shippedTypes))('parses %s as %s', (sent, type) => {
    const payload = Reflect.get(samples, type);
    expect(eventOf(shipped(sent, payload))).toMatchObject({
      event: { event_type: type, timestamp: '2024-01-01T12:00:00.250Z', data: payload, source: 'spiderfoot' },
      wire: { dialect: 'shipped', eventType: sent, nonFinite: 0 },
    });
  });

  it('moves payload to data', () => {
    expect(eventOf(shipped('scan.complete', { target: 'x' })).event).not.toHaveProperty('payload');
  });

  it('recognizes the shipped dialect by its payload and not by its event type', () => {
    expect(eventOf(guide('scan.complete', { target: 'x' })).wire.dialect).toBe('guide');
    expect(eventOf(shipped('scan_completed', { target: 'x' })).wire.dialect).toBe('shipped');
  });

  it('parses an unknown type', () => {
    expect(eventOf(shipped('quantum.leap', { to: 1985 })).event).toMatchObject({
      event_type: 'quantum.leap',
      data: { to: 1985 },
    });
  });
});

describe('the dialect notification', () => {
  it('parses a notification to the same event, with the time of its arrival', () => {
    const body = pythonJson({
      event: 'scan_failed',
      title: 'Scan failed',
      message: 'example.com',
      data: { scan_id: 's1' },
      source: 'spiderfoot',
    });
    const { event, wire } = eventOf(body);
    expect(event).toMatchObject({ event_type: 'scan_failed', title: 'Scan failed', data: { scan_id: 's1' } });
    expect(Math.abs(Date.parse(event.timestamp) - Date.now())).toBeLessThan(60_000);
    expect(wire).toMatchObject({ dialect: 'notification', eventType: 'scan_failed' });
  });
});

describe('a timestamp', () => {
  it.each([
    ['2024-01-01T12:00:00Z', '2024-01-01T12:00:00Z'],
    ['2024-01-01T12:00:00.123456', '2024-01-01T12:00:00.123456Z'],
    ['2024-01-01T12:00:00+02:00', '2024-01-01T12:00:00+02:00'],
    ['2024-01-01T12:00:00+0200', '2024-01-01T12:00:00+02:00'],
    ['2024-01-01 12:00:00', '2024-01-01T12:00:00Z'],
    ['2024-01-01 12:00:00.5+00:00', '2024-01-01T12:00:00.5+00:00'],
    [1704110400.25, '2024-01-01T12:00:00.250Z'],
    [0, '1970-01-01T00:00:00.000Z'],
  ])('parses the timestamp %j as %s', (timestamp, expected) => {
    const body = JSON.stringify({ event_type: 'scan_started', timestamp, data: {} });
    expect(eventOf(body).event.timestamp).toBe(expected);
  });

  it.each([
    undefined,
    null,
    '',
    'yesterday',
    '2024-13-01T12:00:00Z',
    '2024-02-30T12:00:00Z',
    '2024-01-01T25:00:00Z',
    '2024-01-01',
    1e300,
    true,
    {},
  ])('rejects the timestamp %j', (timestamp) => {
    const body = JSON.stringify({ event_type: 'scan_started', timestamp, data: {} });
    expect(parseEvent(body)).toMatchObject({
      status: 'rejected',
      code: 'invalid_event',
      issues: [{ path: 'timestamp' }],
    });
  });
});

describe('an invalid event', () => {
  it.each([
    ['no type', '{"timestamp":1,"data":{}}', 'event_type'],
    ['an empty type', guide('', {}), 'event_type'],
    ['a type that is not a string', '{"event_type":5,"timestamp":1,"data":{}}', 'event_type'],
    ['no data', '{"event_type":"scan_started","timestamp":1}', 'data'],
    ['data that is not an object', guide('scan_started', 'x'), 'data'],
    ['data that is a list', guide('scan_started', []), 'data'],
    ['a field of another type', guide('scan_completed', { events_found: 'many' }), 'data.events_found'],
    [
      'a list with an invalid member',
      guide('scan_completed', { modules_used: ['a', 1] }),
      'data.modules_used',
    ],
    [
      'a list with several invalid members',
      guide('scan_completed', { modules_used: [1, null, {}, []] }),
      'data.modules_used',
    ],
    ['metadata that is not an object', guide('scan_started', {}, { metadata: 'x' }), 'metadata'],
    ['a source that is not a string', guide('scan_started', {}, { source: 1 }), 'source'],
  ])('rejects an event with one issue that has its path: %s', (_, body, path) => {
    const parsed = parseEvent(body);
    expect(parsed).toMatchObject({ status: 'rejected', code: 'invalid_event', issues: [{ path }] });
  });

  it('rejects an event with at most ten issues, with short paths', () => {
    const list = Array.from({ length: 1000 }, () => 1);
    const key = 'k'.repeat(10_000);
    const many = parseEvent(guide('own', { list }), {
      schemas: { own: z.object({ list: z.array(z.string()) }) },
    });
    expect(many.status === 'rejected' && many.issues).toHaveLength(10);
    const long = parseEvent(guide('own', { [key]: 1 }), {
      schemas: { own: z.record(z.string(), z.string()) },
    });
    expect(long.status === 'rejected' && long.issues?.[0]?.path.length).toBeLessThanOrEqual(200);
  });
});

describe('a custom schema', () => {
  const schemas = {
    'asset.discovered': z.object({ asset: z.string().transform((name) => name.toUpperCase()) }),
    scan_completed: z.looseObject({ scan_id: z.string() }),
    'scan.complete': z.looseObject({ target: z.string() }),
  };

  it('a custom schema validates, transforms and types the data of its event type', () => {
    const parsed = parseEvent(shipped('asset.discovered', { asset: 'www' }), { schemas });
    if (parsed.status !== 'parsed' || parsed.event.event_type !== 'asset.discovered')
      throw new Error('The event was rejected');
    expectTypeOf(parsed.event.data).toEqualTypeOf<{ asset: string }>();
    expect(parsed.event.data).toEqual({ asset: 'WWW' });
    expect(parseEvent(shipped('asset.discovered', {}), { schemas })).toMatchObject({ code: 'invalid_event' });
  });

  it('a custom schema replaces the built-in schema of its event type', () => {
    expect(parseEvent(guide('scan_completed', {}), { schemas })).toMatchObject({
      code: 'invalid_event',
      issues: [{ path: 'data.scan_id' }],
    });
  });

  it('a custom schema for an alias makes the alias a separate event type', () => {
    expect(parseEvent(shipped('scan.complete', { target: 'x' }), { schemas })).toMatchObject({
      event: { event_type: 'scan.complete' },
    });
  });
});
