import { memoryLog } from '@spiderfoot-webhooks/core/stores';
import { describe, expect, it } from 'vitest';
import * as z from 'zod';
import { mounts } from '../../support/adapters/index.ts';
import { rejection, resultOf, send, signed, start, success, webhook } from '../../support/webhooks.ts';

const timestamp = '2024-01-01T12:00:00Z';
const envelope = (members: string) => `{"event_type":"scan_started","timestamp":"${timestamp}",${members}}`;
const nested = (open: string, close: string, depth: number) =>
  envelope(`"data":{"deep":${open.repeat(depth)}1${close.repeat(depth)}}`);

describe.each(mounts)('a signed body, over $name', (mount) => {
  it.each<[string, string | Uint8Array]>([
    ['an empty body', ''],
    ['white space', ' \n'],
    ['only a byte order mark', '\ufeff'],
    ['an array', '[]'],
    ['an array of events', `[${envelope('"data":{}')}]`],
    ['a string', '"scan_started"'],
    ['a number', '1'],
    ['null', 'null'],
    ['true', 'true'],
    ['NaN', 'NaN'],
    ['truncated JSON', envelope('"data":{}').slice(0, -1)],
    ['two objects', `${envelope('"data":{}')}{}`],
    ['a trailing comma', envelope('"data":{},')],
    ['single quotes', envelope('"data":{}').replaceAll('"', "'")],
    ['a comment', `/**/${envelope('"data":{}')}`],
    ['a control character in a string', envelope('"data":{"a":"\u0000"}')],
    ['NaN as a key', envelope('"data":{NaN:1}')],
    ['NaN as part of a word', envelope('"data":{"a":NaNa}')],
    ['an unterminated string', envelope('"data":{"a":"NaN}')],
    ['UTF-16', Buffer.from(`\ufeff${envelope('"data":{}')}`, 'utf16le')],
    ['Latin-1', Buffer.from(envelope('"data":{"a":"ä"}'), 'latin1')],
    ['a byte that is not valid in UTF-8', Buffer.from(envelope('"data":{"a":"\u00ff"}'), 'latin1')],
    ['a surrogate in UTF-8', Buffer.from(envelope('"data":{"a":"\u00ed\u00a0\u0080"}'), 'latin1')],
    ['an overlong UTF-8 sequence', Buffer.from(envelope('"data":{"a":"\u00c0\u00af"}'), 'latin1')],
    ['100 000 nested arrays', nested('[', ']', 100_000)],
    ['100 000 nested objects', nested('{"a":', '}', 100_000)],
    ['100 000 unclosed arrays', '['.repeat(100_000)],
    ['1000 nested arrays', nested('[', ']', 1000)],
    ['zero bytes', Buffer.alloc(1000)],
  ])('rejects a signed body that is not a JSON object: %s', async (_, body) => {
    const log = memoryLog();
    const { at, outcomes, handled } = await start(mount, { log });
    const message = await signed(body);
    expect(resultOf(await send(at, message))).toEqual(rejection('invalid_json'));
    expect(outcomes).toMatchObject([{ status: 'rejected', code: 'invalid_json' }]);
    expect(handled).toEqual([]);
    // The delivery is authentic, so the log contains its whole body.
    const [logged] = (await log.list()).deliveries;
    expect(logged).toMatchObject({ state: 'rejected', code: 'invalid_json' });
    expect(message.body.equals((await log.get(logged?.key ?? ''))?.body ?? Buffer.of())).toBe(true);
  });

  it.each<[string, string, unknown]>([
    ['a string as data', '"data":"x"', { value: 'x' }],
    ['an array as data', '"data":[1]', { value: [1] }],
    ['null as data', '"data":null,"metadata":"m","version":5,"source":[]', {}],
    ['no data', '"other":1', {}],
  ])('delivers an event of an unknown type with %s', async (_, members, data) => {
    const { at, handled } = await start(mount);
    const body = envelope(members).replace('scan_started', 'quantum.leap');
    expect(resultOf(await send(at, await signed(body)))).toEqual(success);
    expect(handled).toMatchObject([
      {
        event: { event_type: 'quantum.leap', data, metadata: {}, source: 'spiderfoot' },
        context: { wire: { body } },
      },
    ]);
    const timeless = body.replace(timestamp, 'soon');
    expect(resultOf(await send(at, await signed(timeless)))).toEqual(success);
    expect(handled[1]?.event.timestamp).toBe(handled[1]?.context.receivedAt.toISOString());
  });

  it.each<[string, string, readonly string[]]>([
    ['no type', `{"timestamp":"${timestamp}","data":{}}`, ['event_type']],
    ['a type that is not a string', `{"event_type":1,"timestamp":"${timestamp}","data":{}}`, ['event_type']],
    ['an empty type', `{"event_type":"","timestamp":"${timestamp}","data":{}}`, ['event_type']],
    ['no timestamp', '{"event_type":"scan_started","data":{}}', ['timestamp']],
    ['an invalid timestamp', '{"event_type":"scan_started","timestamp":"soon","data":{}}', ['timestamp']],
    [
      'a timestamp with an invalid day',
      '{"event_type":"scan_started","timestamp":"2024-02-31T12:00:00Z","data":{}}',
      ['timestamp'],
    ],
    [
      'a timestamp out of range',
      '{"event_type":"scan.started","timestamp":1e300,"payload":{}}',
      ['timestamp'],
    ],
    ['no data', `{"event_type":"scan_started","timestamp":"${timestamp}"}`, ['data']],
    ['an array as data', envelope('"data":[]'), ['data']],
    [
      'data fields of the wrong type',
      envelope('"data":{"scan_id":5,"target":[]}'),
      ['data.scan_id', 'data.target'],
    ],
    ['a string as metadata', envelope('"data":{},"metadata":"m"'), ['metadata']],
    ['a number as source', envelope('"data":{},"source":1'), ['source']],
  ])('rejects a signed body that is not a valid event and lists the issues: %s', async (_, body, paths) => {
    const log = memoryLog();
    const { at, handled } = await start(mount, { log });
    const response = await send(at, await signed(body));
    const issues = paths.map((path) => ({ path, message: expect.stringMatching(/./) }));
    const { status, body: rejected } = rejection('invalid_event');
    expect(resultOf(response)).toEqual({ status, body: { ...Object(rejected), issues } });
    expect(handled).toEqual([]);
    expect((await log.list()).deliveries).toMatchObject([
      { state: 'rejected', code: 'invalid_event', issues },
    ]);
  });

  it('limits the size of a response with issues and uses only ASCII in it', async () => {
    const schemas = { 'acme.custom': z.record(z.string(), z.number()) };
    const { at } = await start(mount, { schemas });
    const modules = Array.from({ length: 500 }, (_, i) => i);
    const many = await send(at, await webhook('scan_completed', { data: { modules_used: modules } }));
    expect(many.status).toBe(400);
    expect(many.body.length).toBeLessThan(2000);

    const key = '\u2028<ü>\ud83d\ude00';
    const strange = await send(at, await webhook('acme.custom', { data: { [key]: 'none' } }));
    expect(resultOf(strange)).toMatchObject({ status: 400, body: { issues: [{ path: `data.${key}` }] } });
    expect(strange.body).toMatch(/^[ -~]*$/);
    expect(strange.headers['content-length']).toBe(String(strange.body.length));
  });

  it('accepts a body that begins with a byte order mark', async () => {
    const { at, handled } = await start(mount);
    expect(resultOf(await send(at, await signed(`\ufeff${envelope('"data":{"target":"ä"}')}`)))).toEqual(
      success,
    );
    expect(handled).toMatchObject([
      { event: { data: { target: 'ä' } }, context: { wire: { body: envelope('"data":{"target":"ä"}') } } },
    ]);
  });

  it("parses Python's NaN and Infinity as null", async () => {
    const { at, handled } = await start(mount);
    const data =
      '"data":{"a":NaN,"b":[Infinity,-Infinity, NaN ],"c":"NaN, \\"Infinity","d":-1,"duration":NaN}';
    expect(resultOf(await send(at, await signed(envelope(data))))).toEqual(success);
    expect(handled).toMatchObject([
      {
        event: { data: { a: null, b: [null, null, null], c: 'NaN, "Infinity', d: -1, duration: null } },
        context: { wire: { nonFinite: 5, body: envelope(data) } },
      },
    ]);
  });

  it('accepts a body that is nested as deeply as Python can write', async () => {
    const { at } = await start(mount);
    expect(resultOf(await send(at, await signed(nested('[', ']', 990))))).toEqual(success);
  });

  it('keeps the signed text, including details that parsing loses', async () => {
    const { at, handled } = await start(mount);
    const body = envelope('"data":{"n":9007199254740993,"n":9007199254740995,"big":1e400}');
    expect(resultOf(await send(at, await signed(body)))).toEqual(success);
    expect(handled[0]?.context.wire.body).toBe(body);
  });

  it('does not pollute prototypes with the keys of a body', async () => {
    const { at, handled } = await start(mount);
    const evil = '"__proto__":{"polluted":1},"constructor":{"prototype":{"polluted":1}},"toString":1';
    const bodies = [
      envelope(`"data":{${evil},"nested":{${evil}}},"metadata":{${evil}},${evil}`),
      envelope(`"payload":{${evil}},${evil}`),
      `{"event":"scan_started","title":"","message":"","data":{${evil}},"source":"s",${evil}}`,
    ];
    for (const body of bodies) expect(resultOf(await send(at, await signed(body))), body).toEqual(success);
    for (const { event, context } of handled) {
      for (const value of [event, event.data, event.metadata, context, {}, [], () => {}])
        expect(Reflect.get(value, 'polluted')).toBeUndefined();
    }
    expect(handled).toHaveLength(bodies.length);
  });

  it.each(['__proto__', 'constructor', 'toString', 'hasOwnProperty', 'scan.__proto__', 'all', '*', 'scan.*'])(
    'handles an event with the type %s like any unknown type',
    async (type) => {
      const { at, handled, receiver } = await start(mount);
      const unhandled: string[] = [];
      receiver.on('scan_completed', () => unhandled.push('never'));
      receiver.onUnhandled((event) => unhandled.push(event.event_type));
      expect(resultOf(await send(at, await webhook(type, { data: { a: 1 } })))).toEqual(success);
      expect(handled).toMatchObject([{ event: { event_type: type, data: { a: 1 } } }]);
      expect(unhandled).toEqual([type]);
    },
  );
});
