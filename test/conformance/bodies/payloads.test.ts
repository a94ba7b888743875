import { memoryLog } from '@spiderfoot-webhooks/core/stores';
import { describe, expect, it } from 'vitest';
import * as z from 'zod';
import { mounts } from '../../support/adapters/index.ts';
import { rejection, send, signed, start, success, told, webhook } from '../../support/webhooks.ts';

const timestamp = '2024-01-01T12:00:00Z';
const envelope = (members: string) => `{"event_type":"scan_started","timestamp":"${timestamp}",${members}}`;
const nested = (open: string, close: string, depth: number) =>
  envelope(`"data":{"deep":${open.repeat(depth)}1${close.repeat(depth)}}`);

describe.each(mounts)('a signed body, over $name', (mount) => {
  it.each<[string, string | Uint8Array]>([
    ['of nothing', ''],
    ['of white space', ' \n'],
    ['of a byte order mark alone', '\ufeff'],
    ['of an array', '[]'],
    ['of an array of events', `[${envelope('"data":{}')}]`],
    ['of a string', '"scan_started"'],
    ['of a number', '1'],
    ['of null', 'null'],
    ['of true', 'true'],
    ['of NaN', 'NaN'],
    ['that is cut off', envelope('"data":{}').slice(0, -1)],
    ['that goes on', `${envelope('"data":{}')}{}`],
    ['with a comma too many', envelope('"data":{},')],
    ['with single quotes', envelope('"data":{}').replaceAll('"', "'")],
    ['with a comment', `/**/${envelope('"data":{}')}`],
    ['with a control character', envelope('"data":{"a":"\u0000"}')],
    ['with NaN for a key', envelope('"data":{NaN:1}')],
    ['with NaN in a word', envelope('"data":{"a":NaNa}')],
    ['with an unfinished string', envelope('"data":{"a":"NaN}')],
    ['in UTF-16', Buffer.from(`\ufeff${envelope('"data":{}')}`, 'utf16le')],
    ['in Latin-1', Buffer.from(envelope('"data":{"a":"ä"}'), 'latin1')],
    ['with a byte that is no UTF-8', Buffer.from(envelope('"data":{"a":"\u00ff"}'), 'latin1')],
    ['with a surrogate in UTF-8', Buffer.from(envelope('"data":{"a":"\u00ed\u00a0\u0080"}'), 'latin1')],
    ['with a character too long', Buffer.from(envelope('"data":{"a":"\u00c0\u00af"}'), 'latin1')],
    ['of 100 000 arrays', nested('[', ']', 100_000)],
    ['of 100 000 objects', nested('{"a":', '}', 100_000)],
    ['of 100 000 arrays that never end', '['.repeat(100_000)],
    ['of 1000 levels', nested('[', ']', 1000)],
    ['of zeros', Buffer.alloc(1000)],
  ])('%s is no JSON object', async (_, body) => {
    const log = memoryLog();
    const { at, outcomes, handled } = await start(mount, { log });
    const message = await signed(body);
    expect(told(await send(at, message))).toEqual(rejection('invalid_json'));
    expect(outcomes).toMatchObject([{ status: 'rejected', code: 'invalid_json' }]);
    expect(handled).toEqual([]);
    // The delivery is authentic, so the log contains its whole body.
    const [logged] = (await log.list()).deliveries;
    expect(logged).toMatchObject({ state: 'rejected', code: 'invalid_json' });
    expect(message.body.equals((await log.get(logged?.key ?? ''))?.body ?? Buffer.of())).toBe(true);
  });

  it.each<[string, string, unknown]>([
    ['text', '"data":"x"', { value: 'x' }],
    ['a list', '"data":[1]', { value: [1] }],
    ['nothing', '"data":null,"metadata":"m","version":5,"source":[]', {}],
    ['no data at all', '"other":1', {}],
  ])('of a type that nobody knows arrives, whatever it holds: %s', async (_, members, data) => {
    const { at, handled } = await start(mount);
    const body = envelope(members).replace('scan_started', 'quantum.leap');
    expect(told(await send(at, await signed(body)))).toEqual(success);
    expect(handled).toMatchObject([
      {
        event: { event_type: 'quantum.leap', data, metadata: {}, source: 'spiderfoot' },
        context: { wire: { body } },
      },
    ]);
    const timeless = body.replace(timestamp, 'soon');
    expect(told(await send(at, await signed(timeless)))).toEqual(success);
    expect(handled[1]?.event.timestamp).toBe(handled[1]?.context.receivedAt.toISOString());
  });

  it.each<[string, string, readonly string[]]>([
    ['without a type', `{"timestamp":"${timestamp}","data":{}}`, ['event_type']],
    ['with a type that is no text', `{"event_type":1,"timestamp":"${timestamp}","data":{}}`, ['event_type']],
    ['with an empty type', `{"event_type":"","timestamp":"${timestamp}","data":{}}`, ['event_type']],
    ['without a time', '{"event_type":"scan_started","data":{}}', ['timestamp']],
    ['with a time that is none', '{"event_type":"scan_started","timestamp":"soon","data":{}}', ['timestamp']],
    [
      'with a day that is none',
      '{"event_type":"scan_started","timestamp":"2024-02-31T12:00:00Z","data":{}}',
      ['timestamp'],
    ],
    [
      'with a time past all calendars',
      '{"event_type":"scan.started","timestamp":1e300,"payload":{}}',
      ['timestamp'],
    ],
    ['without data', `{"event_type":"scan_started","timestamp":"${timestamp}"}`, ['data']],
    ['whose data is a list', envelope('"data":[]'), ['data']],
    [
      'with fields of another type',
      envelope('"data":{"scan_id":5,"target":[]}'),
      ['data.scan_id', 'data.target'],
    ],
    ['whose metadata is text', envelope('"data":{},"metadata":"m"'), ['metadata']],
    ['whose source is a number', envelope('"data":{},"source":1'), ['source']],
  ])('%s is no event, and the answer says why', async (_, body, paths) => {
    const log = memoryLog();
    const { at, handled } = await start(mount, { log });
    const response = await send(at, await signed(body));
    const issues = paths.map((path) => ({ path, message: expect.stringMatching(/./) }));
    const { status, body: rejected } = rejection('invalid_event');
    expect(told(response)).toEqual({ status, body: { ...Object(rejected), issues } });
    expect(handled).toEqual([]);
    expect((await log.list()).deliveries).toMatchObject([
      { state: 'rejected', code: 'invalid_event', issues },
    ]);
  });

  it('cannot make the answer grow, nor put anything but ASCII into it', async () => {
    const schemas = { 'in.house': z.record(z.string(), z.number()) };
    const { at } = await start(mount, { schemas });
    const modules = Array.from({ length: 500 }, (_, i) => i);
    const many = await send(at, await webhook('scan_completed', { data: { modules_used: modules } }));
    expect(many.status).toBe(400);
    expect(many.body.length).toBeLessThan(2000);

    const key = '\u2028<ü>\ud83d\ude00';
    const strange = await send(at, await webhook('in.house', { data: { [key]: 'none' } }));
    expect(told(strange)).toMatchObject({ status: 400, body: { issues: [{ path: `data.${key}` }] } });
    expect(strange.body).toMatch(/^[ -~]*$/);
    expect(strange.headers['content-length']).toBe(String(strange.body.length));
  });

  it('may begin with a byte order mark', async () => {
    const { at, handled } = await start(mount);
    expect(told(await send(at, await signed(`\ufeff${envelope('"data":{"target":"ä"}')}`)))).toEqual(success);
    expect(handled).toMatchObject([
      { event: { data: { target: 'ä' } }, context: { wire: { body: envelope('"data":{"target":"ä"}') } } },
    ]);
  });

  it("may hold Python's NaN and Infinity, which are null", async () => {
    const { at, handled } = await start(mount);
    const data =
      '"data":{"a":NaN,"b":[Infinity,-Infinity, NaN ],"c":"NaN, \\"Infinity","d":-1,"duration":NaN}';
    expect(told(await send(at, await signed(envelope(data))))).toEqual(success);
    expect(handled).toMatchObject([
      {
        event: { data: { a: null, b: [null, null, null], c: 'NaN, "Infinity', d: -1, duration: null } },
        context: { wire: { nonFinite: 5, body: envelope(data) } },
      },
    ]);
  });

  it('may nest as deep as Python writes', async () => {
    const { at } = await start(mount);
    expect(told(await send(at, await signed(nested('[', ']', 990))))).toEqual(success);
  });

  it('keeps what parsing loses, in the text that was signed', async () => {
    const { at, handled } = await start(mount);
    const body = envelope('"data":{"n":9007199254740993,"n":9007199254740995,"big":1e400}');
    expect(told(await send(at, await signed(body)))).toEqual(success);
    expect(handled[0]?.context.wire.body).toBe(body);
  });

  it('pollutes nothing by the names of its keys', async () => {
    const { at, handled } = await start(mount);
    const evil = '"__proto__":{"polluted":1},"constructor":{"prototype":{"polluted":1}},"toString":1';
    const bodies = [
      envelope(`"data":{${evil},"nested":{${evil}}},"metadata":{${evil}},${evil}`),
      envelope(`"payload":{${evil}},${evil}`),
      `{"event":"scan_started","title":"","message":"","data":{${evil}},"source":"s",${evil}}`,
    ];
    for (const body of bodies) expect(told(await send(at, await signed(body))), body).toEqual(success);
    for (const { event, context } of handled) {
      for (const value of [event, event.data, event.metadata, context, {}, [], () => {}])
        expect(Reflect.get(value, 'polluted')).toBeUndefined();
    }
    expect(handled).toHaveLength(bodies.length);
  });

  it.each(['__proto__', 'constructor', 'toString', 'hasOwnProperty', 'scan.__proto__', 'all', '*', 'scan.*'])(
    'of the type %s is an event like any of an unknown type',
    async (type) => {
      const { at, handled, receiver } = await start(mount);
      const unhandled: string[] = [];
      receiver.on('scan_completed', () => unhandled.push('never'));
      receiver.onUnhandled((event) => unhandled.push(event.event_type));
      expect(told(await send(at, await webhook(type, { data: { a: 1 } })))).toEqual(success);
      expect(handled).toMatchObject([{ event: { event_type: type, data: { a: 1 } } }]);
      expect(unhandled).toEqual([type]);
    },
  );
});
