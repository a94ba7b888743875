import { describe, expect, it, vi } from 'vitest';
import { toHttpResponse } from '../../src/adapter/index.ts';
import { createReceiver, type Outcome, type OutcomeDetails } from '../../src/index.ts';
import { signedDelivery, signedWebhook } from '../../src/testing/index.ts';
import { deliveryFactory, secret } from '../support/sender.ts';

const codeOf = (outcome: Outcome) => (outcome.status === 'rejected' ? outcome.code : outcome.status);

it('rejects a body that exceeds maxBodySize with body_too_large, even without a content-length', async () => {
  const receiver = createReceiver({ secret, maxBodySize: 1000 });
  const createDelivery = await deliveryFactory();
  const readBody = async () => Buffer.alloc(1001, ' ');
  expect(await receiver.receive({ ...createDelivery(), readBody })).toMatchObject({ code: 'body_too_large' });
  const atLimit = async () => Buffer.alloc(1000, ' ');
  expect(await receiver.receive({ ...createDelivery(), readBody: atLimit })).toMatchObject({
    code: 'invalid_signature',
  });
});

describe('a delivery', () => {
  it.each([
    ['method_not_allowed', { method: 'GET' }, {}],
    ['ip_not_allowed', { peer: '203.0.113.1' }, {}],
    ['ip_not_allowed', { peer: undefined }, {}],
    ['ip_not_allowed', { peer: 'garbage' }, {}],
    ['unsupported_media_type', {}, { 'content-type': undefined }],
    ['unsupported_media_type', {}, { 'content-type': 'text/plain' }],
    ['unsupported_media_type', {}, { 'content-type': 'application/json; charset=utf-16' }],
    ['unsupported_media_type', {}, { 'content-type': 'application/jsonp' }],
    ['unsupported_encoding', {}, { 'content-encoding': 'gzip' }],
    ['body_too_large', {}, { 'content-length': '101' }],
    ['missing_signature', {}, { 'x-spiderfoot-signature': undefined }],
    ['invalid_signature', {}, { 'x-spiderfoot-signature': '' }],
    ['invalid_signature', {}, { 'x-spiderfoot-signature': 'sha256=abc' }],
  ] as const)('rejects a delivery as %s before its body is read: %o %o', async (code, request, headers) => {
    const receiver = createReceiver({ secret, allowedIps: ['loopback'], maxBodySize: 100 });
    const handler = vi.fn();
    receiver.onAny(handler);
    const { headers: signed, ...webhook } = await signedWebhook('scan_completed', { secret });
    const allHeaders: Record<string, string | undefined> = { ...signed, ...headers };
    const readBody = vi.fn(async () => Buffer.from(webhook.body));
    const discardBody = vi.fn();
    const outcome = await receiver.receive({
      method: 'POST',
      peer: '127.0.0.1',
      header: (name) => allHeaders[name],
      readBody,
      discardBody,
      ...request,
    });
    expect(outcome).toEqual({ status: 'rejected', code });
    expect(readBody).not.toHaveBeenCalled();
    expect(discardBody).toHaveBeenCalledOnce();
    expect(handler).not.toHaveBeenCalled();
  });

  it.each([
    'application/json',
    'application/json; charset=utf-8',
    'Application/JSON;charset="UTF-8"',
    'application/vnd.spiderfoot+json',
  ])('accepts a delivery with the content-type %s', async (type) => {
    const receiver = createReceiver({ secret });
    const outcome = await receiver.receive(
      await signedDelivery('scan_completed', { secret, headers: { 'content-type': type } }),
    );
    expect(outcome.status).toBe('processed');
  });
});

describe('a body that cannot be read', () => {
  it.each(['body_too_large', 'body_timeout', 'body_already_parsed', 'request_aborted'] as const)(
    'rejects a body that cannot be read as %s',
    async (code) => {
      const receiver = createReceiver({ secret, maxBodySize: 77, bodyTimeout: 88 });
      const readBody = vi.fn(async () => code);
      const delivery = { ...(await deliveryFactory())(), readBody };
      expect(await receiver.receive(delivery)).toEqual({ status: 'rejected', code });
      expect(readBody).toHaveBeenCalledWith(77, 88);
    },
  );
});

describe('a signature', () => {
  it('reads the signature from the first of its headers that is present', async () => {
    const receiver = createReceiver({ secret, signatureHeader: ['X-First', 'X-Second'] });
    const { body, headers } = await signedWebhook('scan_started', { secret });
    const signature = headers['x-spiderfoot-signature'] ?? '';
    const deliver = async (signatureHeaders: Readonly<Record<string, string>>) =>
      codeOf(
        await receiver.receive({
          method: 'POST',
          peer: undefined,
          header: (name) => ({ 'content-type': 'application/json', ...signatureHeaders })[name],
          readBody: async () => Buffer.from(body),
        }),
      );
    expect(await deliver({ 'x-first': signature })).toBe('processed');
    expect(await deliver({ 'x-second': signature })).toBe('duplicate');
    expect(await deliver({ 'x-first': '0'.repeat(64), 'x-second': signature })).toBe('invalid_signature');
    expect(await deliver({ 'x-spiderfoot-signature': signature })).toBe('missing_signature');
  });

  it('accepts an unsigned delivery with secret: false, and its id is the SHA-256 of the body', async () => {
    const receiver = createReceiver({ secret: false });
    const header = (name: string) => (name === 'content-type' ? 'application/json' : undefined);
    const createDelivery = await deliveryFactory();
    expect(await receiver.receive({ ...createDelivery(), header })).toMatchObject({
      status: 'processed',
      id: expect.stringMatching(/^[0-9a-f]{32}$/),
    });
    expect(await receiver.receive({ ...createDelivery(), header })).toMatchObject({ status: 'duplicate' });
  });
});

describe('an event', () => {
  it('ignores an event whose type is not in events, under any of its names', async () => {
    const receiver = createReceiver({ secret, events: ['scan.complete', 'finding'] });
    const handler = vi.fn();
    receiver.onAny(handler);
    const selected = [
      'scan_completed',
      'scan.completed',
      'high_risk_event',
      'finding.new',
      'vulnerability.detected',
    ];
    for (const type of selected)
      expect(codeOf(await receiver.receive((await deliveryFactory(type))())), type).toBe('processed');
    for (const type of ['scan_started', 'scan.archived', 'quantum.leap', 'system_alert']) {
      expect(codeOf(await receiver.receive((await deliveryFactory(type))())), type).toBe('ignored');
    }
    expect(handler).toHaveBeenCalledTimes(selected.length);
  });

  it.each([
    [-300_001, 'stale_event'],
    [-300_000, 'processed'],
    [300_000, 'processed'],
    [300_001, 'stale_event'],
  ])('an event %d ms from now is %s with a tolerance of 300', async (offset, expected) => {
    const now = Date.parse('2024-01-01T12:00:00Z');
    const receiver = createReceiver({ secret, tolerance: 300, now: () => now });
    const timestamp = new Date(now + offset);
    for (const type of ['scan_completed', 'scan.complete']) {
      expect(codeOf(await receiver.receive((await deliveryFactory(type, { timestamp }))()))).toBe(expected);
    }
  });

  it('accepts an event of any age without a tolerance', async () => {
    const receiver = createReceiver({ secret });
    const old = await deliveryFactory('scan_completed', { timestamp: new Date('2001-01-01') });
    expect(codeOf(await receiver.receive(old()))).toBe('processed');
  });
});

it('reports X-SpiderFoot-Event in wire, but takes the event type from the body', async () => {
  const receiver = createReceiver({ secret });
  const headers = { 'x-spiderfoot-event': 'scan_failed' };
  const outcome = await receiver.receive((await deliveryFactory('scan_completed', { headers }))());
  expect(outcome).toMatchObject({
    event: { event_type: 'scan_completed' },
    wire: { eventType: 'scan_completed', eventHeader: 'scan_failed' },
  });
  const { header, ...rest } = (await deliveryFactory('scan_failed'))();
  const withoutEventHeader = (name: string) => (name === 'x-spiderfoot-event' ? undefined : header(name));
  expect(await receiver.receive({ ...rest, header: withoutEventHeader })).toMatchObject({
    event: { event_type: 'scan_failed' },
    wire: { eventHeader: undefined },
  });
});

describe('onOutcome()', () => {
  it('calls onOutcome listeners for every outcome with its timings', async () => {
    const calls: [Outcome, OutcomeDetails][] = [];
    const receiver = createReceiver({ secret, endpoint: 'e1', now: () => 1_700_000_000_000 });
    receiver.onOutcome((...args) => void calls.push(args));
    const createDelivery = await deliveryFactory();
    await receiver.receive(createDelivery());
    await receiver.receive(createDelivery());
    await receiver.receive({ ...createDelivery(), method: 'PUT' });
    expect(calls.map(([outcome]) => codeOf(outcome))).toEqual([
      'processed',
      'duplicate',
      'method_not_allowed',
    ]);
    const [processed, , rejected] = calls.map(([, details]) => details);
    expect(processed).toMatchObject({
      endpoint: 'e1',
      ip: '127.0.0.1',
      receivedAt: new Date(1_700_000_000_000),
    });
    expect(processed?.timings).toEqual({
      body: expect.any(Number),
      check: expect.any(Number),
      handle: expect.any(Number),
      total: expect.any(Number),
    });
    const { body = 0, check = 0, handle = 0, total = 0 } = processed?.timings ?? {};
    expect(body + check + handle).toBeLessThanOrEqual(total + 0.001);
    expect(rejected?.timings).toEqual({ total: expect.any(Number) });
  });

  it('calls onError if an onOutcome listener fails, and the outcome does not change', async () => {
    const receiver = createReceiver({ secret });
    const errors = vi.fn();
    receiver.onError(errors).onOutcome(() => {
      throw new Error('metrics are down');
    });
    receiver.onOutcome(() => Promise.reject(new Error('rejected later')));
    expect(codeOf(await receiver.receive((await deliveryFactory())()))).toBe('processed');
    await vi.waitFor(() => expect(errors).toHaveBeenCalledTimes(2));
    expect(errors).toHaveBeenCalledWith(expect.any(Error), expect.objectContaining({ source: 'listener' }));
  });
});

describe('a delivery whose handlers run in another process', () => {
  it('answers 503 in_progress while another process runs the delivery, and a retry runs it after that process has stopped', async () => {
    const known = { state: 'received', attempt: 0, succeeded: [] } as const;
    const record = vi
      .fn()
      .mockResolvedValue(undefined)
      .mockResolvedValueOnce({ ...known, running: true });
    record.mockResolvedValueOnce(known);
    const handler = vi.fn();
    const receiver = createReceiver({ secret, log: { record } }).onAny(handler);
    const createDelivery = await deliveryFactory();
    const outcome = await receiver.receive(createDelivery());
    expect(codeOf(outcome)).toBe('in_progress');
    expect(toHttpResponse(outcome)).toMatchObject({ status: 503, headers: { 'retry-after': '1' } });
    expect(handler).not.toHaveBeenCalled();
    expect(codeOf(await receiver.receive(createDelivery()))).toBe('processed');
    expect(handler).toHaveBeenCalledOnce();
  });
});

describe('close()', () => {
  it('rejects new deliveries, and waits for running ones', async () => {
    const receiver = createReceiver({ secret });
    const finishers: (() => void)[] = [];
    receiver.onAny(() => new Promise<void>((resolve) => finishers.push(resolve)));
    const running = receiver.receive((await deliveryFactory())());
    await vi.waitFor(() => expect(finishers).toHaveLength(1));
    let isClosed = false;
    const closing = receiver.close().then(() => {
      isClosed = true;
    });
    expect(codeOf(await receiver.receive((await deliveryFactory())()))).toBe('shutting_down');
    expect(isClosed).toBe(false);
    for (const finish of finishers) finish();
    expect(codeOf(await running)).toBe('processed');
    await closing;
    expect(isClosed).toBe(true);
    await receiver.close();
  });
});
