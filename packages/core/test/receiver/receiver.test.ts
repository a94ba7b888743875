import { describe, expect, it, vi } from 'vitest';
import { type Delivery, toHttpResponse } from '../../src/adapter/index.ts';
import { createReceiver, type Outcome, type OutcomeDetails } from '../../src/index.ts';
import { type SignedOptions, signedDelivery, signedWebhook } from '../../src/testing/index.ts';

const secret = 'receiver-s3cret';

/** The same bytes, as often as they are sent. */
async function sender(
  type = 'scan_completed',
  options: Partial<SignedOptions> = {},
): Promise<() => Delivery> {
  const { method, headers, body } = await signedWebhook(type, { secret, ...options });
  return () => ({
    method,
    peer: '127.0.0.1',
    header: (name) => headers[name],
    readBody: async () => Buffer.from(body),
  });
}

const codeOf = (outcome: Outcome) => (outcome.status === 'rejected' ? outcome.code : outcome.status);

it('rejects kept bytes that exceed maxBodySize with body_too_large, whatever length was declared', async () => {
  const receiver = createReceiver({ secret, maxBodySize: 1000 });
  const send = await sender();
  const readBody = async () => Buffer.alloc(1001, ' ');
  expect(await receiver.receive({ ...send(), readBody })).toMatchObject({ code: 'body_too_large' });
  const atLimit = async () => Buffer.alloc(1000, ' ');
  expect(await receiver.receive({ ...send(), readBody: atLimit })).toMatchObject({
    code: 'invalid_signature',
  });
});

describe('a delivery is rejected before its body is read', () => {
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
  ] as const)('as %s: %o %o', async (code, request, headers) => {
    const receiver = createReceiver({ secret, allowedIps: ['loopback'], maxBodySize: 100 });
    const handler = vi.fn();
    receiver.onAny(handler);
    const { headers: signed, ...webhook } = await signedWebhook('scan_completed', { secret });
    const all: Record<string, string | undefined> = { ...signed, ...headers };
    const readBody = vi.fn(async () => Buffer.from(webhook.body));
    const discardBody = vi.fn();
    const outcome = await receiver.receive({
      method: 'POST',
      peer: '127.0.0.1',
      header: (name) => all[name],
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
  ])('but not for being %s', async (type) => {
    const receiver = createReceiver({ secret });
    const outcome = await receiver.receive(
      await signedDelivery('scan_completed', { secret, headers: { 'content-type': type } }),
    );
    expect(outcome.status).toBe('processed');
  });
});

describe('a body that is not to be had', () => {
  it.each(['body_too_large', 'body_timeout', 'body_already_parsed', 'request_aborted'] as const)(
    'is rejected as %s',
    async (code) => {
      const receiver = createReceiver({ secret, maxBodySize: 77, bodyTimeout: 88 });
      const readBody = vi.fn(async () => code);
      const delivery = { ...(await sender())(), readBody };
      expect(await receiver.receive(delivery)).toEqual({ status: 'rejected', code });
      expect(readBody).toHaveBeenCalledWith(77, 88);
    },
  );
});

describe('a signature', () => {
  it('is looked for in the first of the headers that is there', async () => {
    const receiver = createReceiver({ secret, signatureHeader: ['X-First', 'X-Second'] });
    const { body, headers } = await signedWebhook('scan_started', { secret });
    const genuine = headers['x-spiderfoot-signature'] ?? '';
    const deliver = async (all: Readonly<Record<string, string>>) =>
      codeOf(
        await receiver.receive({
          method: 'POST',
          peer: undefined,
          header: (name) => ({ 'content-type': 'application/json', ...all })[name],
          readBody: async () => Buffer.from(body),
        }),
      );
    expect(await deliver({ 'x-first': genuine })).toBe('processed');
    expect(await deliver({ 'x-second': genuine })).toBe('duplicate');
    expect(await deliver({ 'x-first': '0'.repeat(64), 'x-second': genuine })).toBe('invalid_signature');
    expect(await deliver({ 'x-spiderfoot-signature': genuine })).toBe('missing_signature');
  });

  it('is not asked for where verification is switched off, and the id is the SHA-256 of the body', async () => {
    const receiver = createReceiver({ secret: false });
    const plain = (name: string) => (name === 'content-type' ? 'application/json' : undefined);
    const send = await sender();
    expect(await receiver.receive({ ...send(), header: plain })).toMatchObject({
      status: 'processed',
      id: expect.stringMatching(/^[0-9a-f]{32}$/),
    });
    expect(await receiver.receive({ ...send(), header: plain })).toMatchObject({ status: 'duplicate' });
  });
});

describe('an event', () => {
  it('of a type that is not taken is ignored, whatever name it came by', async () => {
    const receiver = createReceiver({ secret, events: ['scan.complete', 'finding'] });
    const handler = vi.fn();
    receiver.onAny(handler);
    const taken = [
      'scan_completed',
      'scan.completed',
      'high_risk_event',
      'finding.new',
      'vulnerability.detected',
    ];
    for (const type of taken)
      expect(codeOf(await receiver.receive((await sender(type))())), type).toBe('processed');
    for (const type of ['scan_started', 'scan.archived', 'quantum.leap', 'system_alert']) {
      expect(codeOf(await receiver.receive((await sender(type))())), type).toBe('ignored');
    }
    expect(handler).toHaveBeenCalledTimes(taken.length);
  });

  it.each([
    [-301, 'stale_event'],
    [-299, 'processed'],
    [299, 'processed'],
    [301, 'stale_event'],
  ])('whose time is %d seconds from now is %s within a tolerance of 300', async (away, expected) => {
    const now = Date.parse('2024-01-01T12:00:00Z');
    const receiver = createReceiver({ secret, tolerance: 300, now: () => now });
    const timestamp = new Date(now + away * 1000);
    for (const type of ['scan_completed', 'scan.complete']) {
      expect(codeOf(await receiver.receive((await sender(type, { timestamp }))()))).toBe(expected);
    }
  });

  it('of any age is taken without a tolerance', async () => {
    const receiver = createReceiver({ secret });
    const old = await sender('scan_completed', { timestamp: new Date('2001-01-01') });
    expect(codeOf(await receiver.receive(old()))).toBe('processed');
  });
});

it('what X-SpiderFoot-Event says is told, and not believed', async () => {
  const receiver = createReceiver({ secret });
  const headers = { 'x-spiderfoot-event': 'scan_failed' };
  const claiming = await receiver.receive((await sender('scan_completed', { headers }))());
  expect(claiming).toMatchObject({
    event: { event_type: 'scan_completed' },
    wire: { eventType: 'scan_completed', eventHeader: 'scan_failed' },
  });
  const { header, ...rest } = (await sender('scan_failed'))();
  const unnamed = (name: string) => (name === 'x-spiderfoot-event' ? undefined : header(name));
  expect(await receiver.receive({ ...rest, header: unnamed })).toMatchObject({
    event: { event_type: 'scan_failed' },
    wire: { eventHeader: undefined },
  });
});

describe('onOutcome', () => {
  it('is told every outcome, with its timings', async () => {
    const told: [Outcome, OutcomeDetails][] = [];
    const receiver = createReceiver({ secret, endpoint: 'e1', now: () => 1_700_000_000_000 });
    receiver.onOutcome((...args) => void told.push(args));
    const send = await sender();
    await receiver.receive(send());
    await receiver.receive(send());
    await receiver.receive({ ...send(), method: 'PUT' });
    expect(told.map(([outcome]) => codeOf(outcome))).toEqual([
      'processed',
      'duplicate',
      'method_not_allowed',
    ]);
    const [processed, , rejected] = told.map(([, details]) => details);
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

  it('changes nothing by failing, and onError is told', async () => {
    const receiver = createReceiver({ secret });
    const errors = vi.fn();
    receiver.onError(errors).onOutcome(() => {
      throw new Error('metrics are down');
    });
    receiver.onOutcome(() => Promise.reject(new Error('later')));
    expect(codeOf(await receiver.receive((await sender())()))).toBe('processed');
    await vi.waitFor(() => expect(errors).toHaveBeenCalledTimes(2));
    expect(errors).toHaveBeenCalledWith(expect.any(Error), expect.objectContaining({ source: 'listener' }));
  });
});

describe('a delivery whose handlers run in another process', () => {
  it('is answered 503 in_progress without running a handler, and is handled by a retry after that process has stopped', async () => {
    const known = { state: 'received', attempt: 0, succeeded: [] } as const;
    const record = vi
      .fn()
      .mockResolvedValue(undefined)
      .mockResolvedValueOnce({ ...known, running: true });
    record.mockResolvedValueOnce(known);
    const handler = vi.fn();
    const receiver = createReceiver({ secret, log: { record } }).onAny(handler);
    const send = await sender();
    const outcome = await receiver.receive(send());
    expect(codeOf(outcome)).toBe('in_progress');
    expect(toHttpResponse(outcome)).toMatchObject({ status: 503, headers: { 'retry-after': '1' } });
    expect(handler).not.toHaveBeenCalled();
    expect(codeOf(await receiver.receive(send()))).toBe('processed');
    expect(handler).toHaveBeenCalledOnce();
  });
});

describe('close', () => {
  it('rejects what is new, and waits for what is in flight', async () => {
    const receiver = createReceiver({ secret });
    const finishers: (() => void)[] = [];
    receiver.onAny(() => new Promise<void>((resolve) => finishers.push(resolve)));
    const running = receiver.receive((await sender())());
    await vi.waitFor(() => expect(finishers).toHaveLength(1));
    let closed = false;
    const closing = receiver.close().then(() => {
      closed = true;
    });
    expect(codeOf(await receiver.receive((await sender())()))).toBe('shutting_down');
    expect(closed).toBe(false);
    for (const finish of finishers) finish();
    expect(codeOf(await running)).toBe('processed');
    await closing;
    expect(closed).toBe(true);
    await receiver.close();
  });
});
