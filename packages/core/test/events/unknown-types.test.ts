import { afterEach, describe, expect, it, vi } from 'vitest';
import * as z from 'zod';
import { parseEvent } from '../../src/index.ts';

const time = '2024-01-01T12:00:00Z';

function eventOf(body: string) {
  const parsed = parseEvent(body);
  if (parsed.status !== 'parsed') throw new Error(JSON.stringify(parsed));
  return parsed;
}

describe('an event of an unknown type', () => {
  const body = (fields: object) => JSON.stringify({ event_type: 'future.event', timestamp: time, ...fields });
  const arrival = '2030-01-01T00:00:00.000Z';
  afterEach(() => {
    vi.restoreAllMocks();
  });

  it.each<[string, object, object]>([
    ['data that is a string', { data: 'x' }, { data: { value: 'x' } }],
    ['data that is a list', { data: [1, { a: 2 }] }, { data: { value: [1, { a: 2 }] } }],
    ['data that is false', { data: false }, { data: { value: false } }],
    ['data that is null', { data: null }, { data: {} }],
    ['no data', {}, { data: {} }],
    ['a payload that is a number', { payload: 5 }, { data: { value: 5 } }],
    ['no timestamp', { timestamp: undefined, data: {} }, { timestamp: arrival }],
    ['a timestamp that is not a time', { timestamp: 'yesterday', data: {} }, { timestamp: arrival }],
    ['a day that does not exist', { timestamp: '2024-02-30T12:00:00Z', data: {} }, { timestamp: arrival }],
    ['a source that is not a string', { source: 5, data: {} }, { source: 'spiderfoot' }],
    ['a version that is not a string', { version: 5, data: {} }, { version: undefined }],
    ['metadata that is not an object', { metadata: 'x', data: {} }, { metadata: {} }],
    ['metadata with an invalid field', { metadata: { user: 5 }, data: {} }, { metadata: {} }],
  ])('parses an unknown type with %s, and wire.body keeps the original text', (_, fields, expected) => {
    vi.spyOn(Date, 'now').mockReturnValue(Date.parse(arrival));
    const sent = body(fields);
    const { event, wire } = eventOf(sent);
    expect(event).toMatchObject({ event_type: 'future.event', source: 'spiderfoot', ...expected });
    expect(wire.body).toBe(sent);
  });

  it('keeps the valid fields of an unknown type', () => {
    const fields = {
      source: 'sf',
      version: '6',
      data: { a: 1 },
      metadata: { user: 'u', team: 1 },
      trace: 'x',
    };
    expect(eventOf(body(fields)).event).toEqual({ event_type: 'future.event', timestamp: time, ...fields });
  });

  it('validates an unknown type that has a custom schema', () => {
    const schemas = { 'future.event': z.looseObject({}) };
    expect(parseEvent(body({ data: 'x' }), { schemas })).toMatchObject({ issues: [{ path: 'data' }] });
  });
});
