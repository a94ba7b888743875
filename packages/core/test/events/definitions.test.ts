import { describe, expect, it } from 'vitest';
import { definitions } from '../../src/events/definitions/index.ts';
import { type EventEnvelope, selectTypes, severityOf } from '../../src/events/index.ts';
import { parseEvent } from '../../src/index.ts';
import { samples } from '../../src/testing/index.ts';

const types = Object.entries(definitions);
const aliases = types.flatMap(([type, definition]) =>
  'aliases' in definition ? definition.aliases.map((alias) => [alias, type] as const) : [],
);

describe('the definition of an event type', () => {
  it.each(types)('gives %s its category in selectors', (type, { category }) => {
    expect(selectTypes(`${category}.*`)?.types).toContain(type);
  });

  it.each(types)('gives %s its severity if the event does not state one', (type, { severity }) => {
    const event: EventEnvelope<string, unknown> = {
      event_type: type,
      timestamp: '2024-01-01T12:00:00Z',
      source: 'spiderfoot',
      data: {},
      metadata: {},
    };
    expect(severityOf(event)).toBe(severity);
  });

  it.each(aliases)('maps the alias %s to %s in events and in selectors', (alias, type) => {
    const data = Object.entries(samples).find(([name]) => name === type)?.[1];
    const parsed = parseEvent(JSON.stringify({ event_type: alias, timestamp: 1704110400, payload: data }));
    expect(parsed).toMatchObject({ event: { event_type: type, data }, wire: { eventType: alias } });
    expect(selectTypes(alias)?.types).toEqual([type]);
    const [prefix, name] = alias.split('.');
    if (name !== undefined) expect(selectTypes(`${prefix}.*`)?.types).toContain(type);
  });

  it('every event type and alias has a unique name', () => {
    const names = [...types.map(([type]) => type), ...aliases.map(([alias]) => alias)];
    expect(new Set(names).size).toBe(names.length);
  });
});
