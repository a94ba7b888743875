import { describe, expect, it, vi } from 'vitest';
import { createReceiver, type Logger, parseEvent, rejections } from '../../src/index.ts';
import { signedDelivery, signedWebhook } from '../../src/testing/index.ts';

const secret = 'senders-s3cret';
const parse = (body: unknown) => parseEvent(JSON.stringify(body));

describe("SpiderFoot's notification channel", () => {
  it.each([
    ['scan_started', 'scan_started'],
    ['scan_completed', 'scan_completed'],
    ['scan_failed', 'scan_failed'],
    ['high_severity', 'high_risk_event'],
    ['report_ready', 'export.ready'],
    ['subdomain_change', 'monitor.change'],
  ])('parses the notification %s as %s', (event, event_type) => {
    expect(parse({ event, title: 't', message: 'm', data: { scan_id: 's1' } })).toMatchObject({
      event: { event_type, title: 't', message: 'm', data: { scan_id: 's1' }, source: 'spiderfoot' },
      wire: { dialect: 'notification', eventType: event },
    });
  });

  it.each([{}, { data: null }, { timestamp: null }])(
    'parses a notification without data or timestamp: %j',
    (rest) => {
      const parsed = parse({ event: 'scan_failed', ...rest });
      expect(parsed).toMatchObject({ status: 'parsed', event: { data: {} } });
    },
  );

  it('runs the handlers that are registered for the names of notifications', async () => {
    const receiver = createReceiver({ secret, events: ['high_severity', 'subdomain_change'] });
    const handler = vi.fn();
    receiver.on('high_severity', handler).on('monitor.*', handler);
    for (const type of ['high_severity', 'subdomain_change', 'report_ready']) {
      await receiver.receive(await signedDelivery(type, { secret, dialect: 'notification' }));
    }
    expect(handler.mock.calls.map(([event]) => event.event_type)).toEqual([
      'high_risk_event',
      'monitor.change',
    ]);
  });
});

describe("SpiderFoot's notification service", () => {
  it('parses topics as event types', () => {
    const rest = { title: 't', message: 'm', severity: 'error', timestamp: 1704110400.25 };
    expect(parse({ topic: 'scan.error', ...rest, data: {} })).toMatchObject({
      event: { ...rest, event_type: 'scan_failed', timestamp: '2024-01-01T12:00:00.250Z', data: {} },
      wire: { dialect: 'topic', eventType: 'scan.error' },
    });
    expect(parse({ topic: 'future.event', timestamp: 1, data: [1] })).toMatchObject({
      event: { event_type: 'future.event', data: { value: [1] } },
    });
  });

  it('rejects a topic with an invalid timestamp', () => {
    const parsed = parse({ topic: 'scan.error', timestamp: 'soon', data: {} });
    expect(parsed).toMatchObject({ code: 'invalid_event', issues: [{ path: 'timestamp' }] });
  });
});

describe('the event type', () => {
  it('reads the type from the first of event_type, event and topic, even if its value is invalid', () => {
    const all = { event_type: 'scan_started', event: 'scan_failed', topic: 'scan.aborted', timestamp: 1 };
    expect(parse({ ...all, data: {} })).toMatchObject({ event: { event_type: 'scan_started' } });
    expect(parse({ event: 'scan_failed', topic: 'scan.aborted' })).toMatchObject({
      event: { event_type: 'scan_failed', topic: 'scan.aborted' },
    });
    const invalid = [
      { ...all, event_type: 5 },
      { ...all, event_type: '' },
      { event: '', topic: 'scan.aborted' },
      { event: null, topic: 'scan.aborted' },
      { topic: '' },
      { topic: ['scan.aborted'] },
      // The delivery module signs the payload that it is given, which need not be an envelope.
      { scan_id: 's1', target: 'example.com' },
    ];
    for (const body of invalid) {
      expect(parse(body), JSON.stringify(body)).toMatchObject({
        code: 'invalid_event',
        issues: [{ path: 'event_type' }],
      });
    }
  });
});

describe('the id of a delivery', () => {
  it('a notification has a new id each time, but equal bytes have the same first half', async () => {
    const receiver = createReceiver({ secret });
    const send = async (data: object) => {
      const outcome = await receiver.receive(
        await signedDelivery('scan_failed', { secret, dialect: 'notification', data }),
      );
      return 'id' in outcome ? String(outcome.id) : '';
    };
    const ids = [await send({}), await send({}), await send({ scan_id: 's1' })];
    for (const id of ids) expect(id).toMatch(/^[0-9a-f]{32}$/);
    expect(new Set(ids).size).toBe(3);
    const [first, second, other] = ids.map((id) => id.slice(0, 16));
    expect(second).toBe(first);
    expect(other).not.toBe(first);
  });

  it.each([
    '{"event_type":"scan_started","timestamp":"soon","data":{}}',
    '{"event_type":"scan_started","data":{}}',
    '{"topic":"scan.started","timestamp":"soon","data":{}}',
    '{"data":{}}',
    'nonsense',
  ])('a rejected delivery that is sent again has the same id: %s', async (body) => {
    const receiver = createReceiver({ secret: false });
    const header = (name: string) => (name === 'content-type' ? 'application/json' : undefined);
    const readBody = async () => Buffer.from(body);
    const send = () => receiver.receive({ method: 'POST', peer: undefined, header, readBody });
    const [first, second] = [await send(), await send()];
    expect(first).toMatchObject({ status: 'rejected', id: expect.stringMatching(/^[0-9a-f]{32}$/) });
    expect('id' in second && second.id).toBe('id' in first && first.id);
  });

  it('an unsigned notification has a new id each time', async () => {
    const receiver = createReceiver({ secret: false });
    const send = async () =>
      receiver.receive(await signedDelivery('scan_failed', { secret: false, dialect: 'notification' }));
    const [first, second] = [await send(), await send()];
    expect([first, second]).toMatchObject([{ status: 'processed' }, { status: 'processed' }]);
    expect('id' in first && first.id).not.toBe('id' in second && second.id);
  });
});

describe('a hint', () => {
  it('no hint claims that the signature is right', () => {
    for (const { hint } of Object.values(rejections)) expect(hint).not.toMatch(/signature is right/i);
  });

  /**
   * Return the details of the warnings that a receiver logs for a body. It verifies signatures only if the body is empty.
   */
  async function warningsFor(body: string, userAgent = 'curl/8') {
    const warn = vi.fn<Logger['warn']>();
    const logger = { debug() {}, info() {}, warn, error() {} };
    const receiver = createReceiver({ secret: body === '' ? secret : false, logger });
    const headers: Readonly<Record<string, string>> = {
      'content-type': 'application/json',
      'user-agent': userAgent,
    };
    await receiver.receive({
      method: 'POST',
      peer: undefined,
      header: (name) => headers[name],
      readBody: async () => Buffer.from(body),
    });
    return warn.mock.calls.map(([details]) => details);
  }

  it.each([
    ['invalid_json', 'nonsense'],
    ['invalid_event', '{"scan_id":"s1"}'],
  ] as const)('logs the hint of %s from rejections if signatures are not verified', async (code, body) => {
    expect(await warningsFor(body)).toMatchObject([{ code, hint: rejections[code].hint }]);
  });

  it('the hint of a missing signature names the sender if the User-Agent shows it', async () => {
    const code = 'missing_signature';
    const [urllib] = await warningsFor('', 'Python-urllib/3.11');
    expect(urllib).toMatchObject({ code, hint: expect.stringContaining('SF_NOTIFY_WEBHOOK_SECRET') });
    for (const agent of ['curl/8', 'SpiderFoot-Webhook/1.0', 'my Python-urllib/3']) {
      expect(await warningsFor('', agent)).toMatchObject([{ code, hint: rejections[code].hint }]);
    }
  });
});

describe('signedWebhook()', () => {
  it.each([
    ['guide', 'x-spiderfoot-signature', 'SpiderFoot-Webhook/1.0', 'scan.complete'],
    ['shipped', 'x-spiderfoot-signature', 'SpiderFoot-Webhook/1.0', 'scan.complete'],
    ['delivery', 'x-spiderfoot-signature-256', 'SpiderFoot-Webhook/1.0', undefined],
    ['notification', 'x-signature-256', 'Python-urllib/3.12', undefined],
    ['topic', undefined, 'Python-urllib/3.12', undefined],
  ] as const)(
    'signedWebhook() with the dialect %s has the headers of its sender',
    async (dialect, header, agent, event) => {
      const { headers } = await signedWebhook('scan.complete', { secret, dialect });
      expect(headers).toEqual({
        'content-type': 'application/json',
        'user-agent': agent,
        ...(event && { 'x-spiderfoot-event': event }),
        ...(header && { [header]: expect.stringMatching(/^sha256=[0-9a-f]{64}$/) }),
      });
    },
  );

  it('signedWebhook() does not sign with secret: false, and signs in the header of signatureHeader', async () => {
    const unsigned = await signedWebhook('scan_started', { secret: false });
    expect(Object.keys(unsigned.headers)).toEqual(['content-type', 'user-agent', 'x-spiderfoot-event']);
    const signed = await signedWebhook('scan.started', {
      secret,
      dialect: 'topic',
      signatureHeader: 'x-signature-256',
    });
    expect(signed.headers['x-signature-256']).toMatch(/^sha256=/);
  });

  it('signedWebhook() with the dialect delivery has sorted keys', async () => {
    const data = { b: [{ d: 1, c: null }], a: 'x' };
    const timestamp = new Date(1704110400250);
    const { body } = await signedWebhook('scan.complete', { secret, dialect: 'delivery', data, timestamp });
    expect(body).toBe(
      '{"event_type": "scan.complete", "payload": {"a": "x", "b": [{"c": null, "d": 1}]}, "timestamp": 1704110400.25}',
    );
  });
});
