import { describe, expect, it } from 'vitest';
import { type EventEnvelope, severities, severityOf } from '../../src/events/index.ts';
import { parseEvent } from '../../src/index.ts';
import { samples } from '../../src/testing/index.ts';

function event(
  event_type: string,
  data: unknown = {},
  envelope: object = {},
): EventEnvelope<string, unknown> {
  return {
    event_type,
    timestamp: '2024-01-01T12:00:00Z',
    source: 'spiderfoot',
    data,
    metadata: {},
    ...envelope,
  };
}

describe('severityOf()', () => {
  it('uses severities, which are ordered from the least to the most severe', () => {
    expect(severities).toEqual(['INFO', 'LOW', 'MEDIUM', 'HIGH', 'CRITICAL']);
  });

  it.each([
    ['malware_detected', 'CRITICAL'],
    ['finding.critical', 'CRITICAL'],
    ['alert.critical', 'CRITICAL'],
    ['high_risk_event', 'HIGH'],
    ['vulnerability_found', 'HIGH'],
    ['alert.high', 'HIGH'],
    ['medium_risk_event', 'MEDIUM'],
    ['scan_failed', 'MEDIUM'],
    ['alert.medium', 'MEDIUM'],
    ['finding.new', 'LOW'],
    ['alert.low', 'LOW'],
    ['alert.info', 'INFO'],
    ['scan_started', 'INFO'],
    ['scan_completed', 'INFO'],
    ['brand.new', 'LOW'],
    ['constructor', 'LOW'],
    ['__proto__', 'LOW'],
  ])('gives %s the severity %s if the event states none', (type, severity) => {
    expect(severityOf(event(type))).toBe(severity);
  });

  it('returns a severity for every known type', () => {
    for (const [type, data] of Object.entries(samples)) {
      expect(severities).toContain(severityOf(event(type, data)));
    }
  });

  it.each([
    [{ severity: 'critical' }, 'CRITICAL'],
    [{ severity: 'CRIT' }, 'CRITICAL'],
    [{ severity: ' Fatal ' }, 'CRITICAL'],
    [{ severity: 'very-high' }, 'CRITICAL'],
    [{ severity: 'Severity.CRITICAL' }, 'CRITICAL'],
    [{ risk: 'HIGH' }, 'HIGH'],
    [{ risk: 'High risk' }, 'HIGH'],
    [{ level: 'error' }, 'HIGH'],
    [{ risk_level: 'RiskLevel.VERY_HIGH' }, 'CRITICAL'],
    [{ level: 'Warning' }, 'MEDIUM'],
    [{ severity_level: 'Moderate' }, 'MEDIUM'],
    [{ severity: 'minor' }, 'LOW'],
    [{ severity: 'Informational' }, 'INFO'],
    [{ severity: 'none' }, 'INFO'],
    [{ severity: 'dire', risk: 'high' }, 'HIGH'],
    [{ severity: 'low', risk: 'high' }, 'LOW'],
    [{ level: 'root', risk: null }, 'CRITICAL'],
    [{ severity: 9.8 }, 'CRITICAL'],
    [{ severity: '' }, 'CRITICAL'],
    [{ severity: { toString: 1 } }, 'CRITICAL'],
    [{ severity: 'high'.padEnd(1e6) }, 'CRITICAL'],
  ])('prefers %j to the type malware_detected if it is a severity: %s', (data, severity) => {
    expect(severityOf(event('malware_detected', data))).toBe(severity);
  });

  it.each(['vulnerability_found', 'alert.low', 'system_alert', 'scan_completed', 'brand.new'])(
    'uses the severity in the data of %s in every dialect',
    (type) => {
      const timestamp = 1795459140.25;
      for (const body of [
        { event_type: type, timestamp: '2024-01-01T12:00:00Z', data: { severity: 'Critical' } },
        { event_type: type, timestamp, payload: { severity: 'Critical' } },
        { event: type, timestamp, data: { severity: 'Critical' } },
      ]) {
        const parsed = parseEvent(JSON.stringify(body));
        expect(parsed.status === 'parsed' && severityOf(parsed.event)).toBe('CRITICAL');
      }
    },
  );

  it('uses the severity in the envelope if the data states none', () => {
    expect(severityOf(event('brand.new', {}, { severity: 'high' }))).toBe('HIGH');
    expect(severityOf(event('brand.new', { severity: 'low' }, { severity: 'high' }))).toBe('LOW');
  });

  it.each([
    [{ high_risk_events: 5, medium_risk_events: 3 }, 'HIGH'],
    [{ high_risk_events: 0, medium_risk_events: 3 }, 'MEDIUM'],
    [{ high_risk_events: '2' }, 'HIGH'],
    [{ high_risk_events: { valueOf: 1, toString: 1 } }, 'INFO'],
    [{ high_risk_events: null }, 'INFO'],
  ])('gives a completed scan with %j the severity %s', (data, severity) => {
    expect(severityOf(event('scan_completed', data))).toBe(severity);
    expect(severityOf(event('multi_scan_completed', data))).toBe(severity);
    expect(severityOf(event('scan_progress', data))).toBe('INFO');
  });

  it('prefers a custom map to the default table, and the stated severity to both', () => {
    const map = { malware_detected: 'LOW', scan_completed: 'HIGH', 'brand.new': 'CRITICAL' } as const;
    expect(severityOf(event('malware_detected'), map)).toBe('LOW');
    expect(severityOf(event('malware_detected', { severity: 'high' }), map)).toBe('HIGH');
    expect(severityOf(event('scan_completed', { medium_risk_events: 1 }), map)).toBe('HIGH');
    expect(severityOf(event('brand.new'), map)).toBe('CRITICAL');
    expect(severityOf(event('constructor'), map)).toBe('LOW');
  });

  it.each([null, 'text', 7, [], undefined])('does not throw for data %j', (data) => {
    expect(severityOf(event('malware_detected', data))).toBe('CRITICAL');
  });
});
