import { samples } from '@spiderfoot-webhooks/core/testing';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { cefText } from '../../src/siem/formats/cef.ts';
import { type SiemRecord, toRecord } from '../../src/siem/record.ts';
import { type SyslogSettings, syslogMessage } from '../../src/siem/targets/syslog-message.ts';
import { parseCef } from '../support/cef.ts';
import { received } from '../support/events.ts';

const { event, context } = await received('high_risk_event');
const record = toRecord(event, context, {});
const settings: SyslogSettings = { facility: 16, hostname: 'scanner1', maxSize: 8192 };

describe('CEF', () => {
  it('CEF has all fields of a finding', () => {
    const { header, extension } = parseCef(cefText(record, 8192));
    expect(header).toEqual([
      'CEF:0',
      'SpiderFoot',
      'SpiderFoot',
      '5.0.3',
      'high_risk_event',
      'High Risk Finding',
      '8',
    ]);
    expect(extension).toEqual({
      rt: String(Date.parse('2024-01-01T12:00:00Z')),
      externalId: context.id,
      cat: 'finding',
      act: 'reported',
      dhost: 'example.com',
      cs1Label: 'target',
      cs1: 'example.com',
      cs2Label: 'scan_id',
      cs2: 'scan_12345',
      cs3Label: 'module',
      cs3: 'sfp_vulndb',
      cs4Label: 'cve',
      cs4: 'CVE-2021-44228',
      msg: record.summary,
      cs5Label: 'data',
      cs5: JSON.stringify(samples.high_risk_event),
    });
  });

  it.each([
    ['198.51.100.7', { dst: '198.51.100.7', cs1: '198.51.100.7' }],
    ['2001:db8::1', { cs1: '2001:db8::1' }],
    ['www.example.com', { dhost: 'www.example.com', cs1: 'www.example.com' }],
    ['John Doe', { cs1: 'John Doe' }],
  ])('has the target %s in the fields for its kind', (target, expected) => {
    const record = toRecord({ ...event, data: { target } }, context, {});
    const { dst, dhost, cs1 } = parseCef(cefText(record, 8192)).extension;
    expect({ dst, dhost, cs1 }).toEqual({ dst: undefined, dhost: undefined, ...expected });
  });

  it.each([...Object.keys(samples), 'brand.new', 'event_group', 'constructor'])(
    'CEF has the same name for all events of the type %s, without values of the event',
    async (type) => {
      const names = await Promise.all(
        [{ target: 'a.example' }, { target: 'b.example', message: 'disk full', module: 'sfp_x' }].map(
          async (data) => {
            const { event, context } = await received(type, { data });
            const { header, extension } = parseCef(cefText(toRecord(event, context, {}), 8192));
            expect(header[4]).toBe(type);
            for (const value of [type, ...Object.values(extension), ...Object.values(data)]) {
              expect(header[5]).not.toContain(value);
            }
            return header[5];
          },
        ),
      );
      expect(new Set(names).size).toBe(1);
      expect(names[0]).toMatch(/^[A-Z][\w -]+$/);
    },
  );

  it('CEF escapes text that would begin another field, message or line', () => {
    const data = {
      target: 'a\\|b=c\n<13>1 forged src=1.2.3.4',
      module: 'm\\',
      data: '\u2028\u0000\u001b[2J',
    };
    const forged = { ...event, event_type: 'x|y\\|CEF:0|z\r\n', version: '1|2', data };
    const text = cefText(toRecord(forged, context, {}), 8192);
    expect(text).not.toMatch(/[\p{Cc}\p{Zl}\p{Zp}]/u);
    const { header, extension } = parseCef(text);
    expect(header).toHaveLength(7);
    expect(header[3]).toBe('1|2');
    expect(header[4]).toBe('x|y\\|CEF:0|z  ');
    expect(extension).not.toHaveProperty('src');
    expect(extension.cs1).toBe('a\\|b=c <13>1 forged src=1.2.3.4');
    expect(extension.cs3).toBe('m\\');
  });

  it('CEF preserves any text, in one line', () => {
    fc.assert(
      fc.property(anyRecord(100), (record) => {
        const text = cefText(record, 60_000);
        expect(text).not.toMatch(/[\p{Cc}\p{Zl}\p{Zp}]/u);
        const { header, extension } = parseCef(text);
        expect(header).toHaveLength(7);
        expect(extension.cs1).toBe(record.target === '' ? undefined : flat(record.target ?? ''));
        expect(extension.cs3).toBe(record.module === '' ? undefined : flat(record.module ?? ''));
        expect(extension.externalId).toBe(context.id);
      }),
    );
  });

  it('CEF that is cut to maxSize is still valid: the cut is between two characters, and not inside an escape', () => {
    fc.assert(
      fc.property(anyRecord(1500), fc.integer({ min: 1024, max: 4000 }), (record, maxSize) => {
        const message = syslogMessage(record, { ...settings, maxSize }, (maxBytes) =>
          cefText(record, maxBytes),
        );
        expect(message.length).toBeLessThanOrEqual(maxSize);
        const text = new TextDecoder('utf-8', { fatal: true }).decode(message);
        const { header, extension } = parseCef(text.slice(text.indexOf('CEF:')));
        expect(header).toHaveLength(7);
        expect(extension.externalId).toBe(context.id);
        expect(flat(record.target ?? '').startsWith(extension.cs1 ?? '')).toBe(true);
      }),
      // Shrinking long text takes longer than reading it.
      { endOnFailure: true },
    );
  });

  it('CEF uses the available space up to maxSize', () => {
    const data = { target: 'ü'.repeat(200), module: 'm', data: '='.repeat(10_000) };
    const long = toRecord({ ...event, data }, context, {});
    const message = syslogMessage(long, { ...settings, maxSize: 2048 }, (maxBytes) =>
      cefText(long, maxBytes),
    );
    expect(message.length).toBeGreaterThan(2044);
    expect(message.length).toBeLessThanOrEqual(2048);
  });
});

describe('the header of a syslog message', () => {
  const header =
    /^<(\d{1,3})>1 (\S+) ([\x21-\x7e]{1,255}) ([\x21-\x7e]{1,48}) (\d+) ([\x21-\x7e]{1,32}) - CEF:0\|/;
  const messageOf = (record: SiemRecord, more: Partial<SyslogSettings> = {}) =>
    syslogMessage(record, { ...settings, ...more }, (maxBytes) => cefText(record, maxBytes)).toString();

  it('the header has the form of RFC 5424', () => {
    expect(header.exec(messageOf(record))?.slice(1)).toEqual([
      // local0, error
      '131',
      '2024-01-01T12:00:00.000Z',
      'scanner1',
      'spiderfoot',
      String(process.pid),
      'high_risk_event',
    ]);
  });

  it.each([
    ['INFO', 6],
    ['LOW', 5],
    ['MEDIUM', 4],
    ['HIGH', 3],
    ['CRITICAL', 2],
  ] as const)('the header has the severity %s as %i', (severity, code) => {
    expect(messageOf({ ...record, severity }, { facility: 4 })).toMatch(new RegExp(`^<${32 + code}>1 `));
  });

  it('the header is valid for any event type', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary' }), (event_type) => {
        expect(messageOf({ ...record, event: { ...event, event_type } })).toMatch(header);
      }),
    );
  });
});

/** Arbitrary text, and text of characters that have to be escaped. */
const textOf = (maxLength: number) =>
  fc.oneof(
    fc.string({ unit: 'binary', maxLength, size: 'max' }),
    fc.string({ unit: fc.constantFrom(...'|=\\\n\r ünr\u2028a😀'), maxLength, size: 'max' }),
  );

/** Records with text that has not been cleaned, because the format must not rely on cleaning. */
const anyRecord = (maxLength: number) => {
  const text = textOf(maxLength);
  return fc
    .record({ target: text, module: text, name: text, summary: text, version: text, data: text, type: text })
    .map(({ type, data, ...texts }): SiemRecord => {
      return { ...record, ...texts, event: { ...event, event_type: type, data: { data } } };
    });
};

/** Replace the characters that a line cannot contain, as the format does. */
function flat(value: string): string {
  return value.replace(/[\p{Cc}\p{Zl}\p{Zp}]/gu, (character) =>
    '\r\n'.includes(character) ? character : ' ',
  );
}
