import { describe, expect, it, vi } from 'vitest';
import { groupOf } from '../../src/events/event-group.ts';
import { minSeverity, severityOf, when } from '../../src/index.ts';
import { received } from '../support/events.ts';

const { event, context } = await received('webhook.test');

describe('when', () => {
  it('when() passes an event to its handler only if the predicate accepts the event', async () => {
    const handler = vi.fn();
    await when(() => false, handler)(event, context);
    expect(handler).not.toHaveBeenCalled();
    await when(({ event_type }) => event_type === 'webhook.test', handler)(event, context);
    expect(handler).toHaveBeenCalledExactlyOnceWith(event, context);
  });

  it('when() rejects with the error of its handler', async () => {
    const broken = () => Promise.reject(new Error('broken'));
    await expect(when(() => true, broken)(event, context)).rejects.toThrow('broken');
  });
});

describe('minSeverity', () => {
  it.each([
    ['malware_detected', {}, true],
    ['high_risk_event', {}, true],
    ['finding.critical', {}, true],
    ['vulnerability_found', { severity: 'critical' }, true],
    ['vulnerability_found', { severity: 'low' }, false],
    ['asset.discovered', { risk: 'Severe' }, true],
    ['brand.new', { level: 'ERROR' }, true],
    ['brand.new', {}, false],
    ['medium_risk_event', {}, false],
    ['scan_completed', { high_risk_events: 1 }, true],
    ['scan_completed', { high_risk_events: 0 }, false],
  ])('with "HIGH" forwards %s with the data %j: %s', async (type, data, forwards) => {
    const handler = vi.fn();
    await minSeverity('HIGH', handler)({ ...event, event_type: type, data }, context);
    expect(handler).toHaveBeenCalledTimes(forwards ? 1 : 0);
  });

  it('minSeverity() prefers the stated severity to the option "severities", and the option to the severity of the type', async () => {
    const handler = vi.fn();
    const severities = { malware_detected: 'LOW', 'brand.new': 'CRITICAL' } as const;
    const pager = minSeverity('HIGH', handler, { severities });
    await pager({ ...event, event_type: 'malware_detected', data: {} }, context);
    expect(handler).not.toHaveBeenCalled();
    await pager({ ...event, event_type: 'malware_detected', data: { severity: 'high' } }, context);
    await pager({ ...event, event_type: 'brand.new', data: {} }, context);
    expect(handler).toHaveBeenCalledTimes(2);
  });
});

it('severityOf returns the severity of the most severe event in a group', async () => {
  const [low, high] = [(await received('scan_started')).event, (await received('high_risk_event')).event];
  expect(severityOf(groupOf([low, high, low]))).toBe('HIGH');
});
