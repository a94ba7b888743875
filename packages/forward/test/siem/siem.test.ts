import { ConfigurationError, createReceiver } from '@spiderfoot-webhooks/core';
import { samples, signedDelivery } from '@spiderfoot-webhooks/core/testing';
import { describe, expect, it, onTestFinished } from 'vitest';
import { type GuideOptions, type SiemOptions, siem } from '../../src/siem/index.ts';
import { received, secret } from '../support/events.ts';
import { answers, resets, startTarget } from '../support/target.ts';

const apiKey = 'the-key-of-the-siem-9f8e7d';
const quick = { allowHttp: true, retries: 1, baseDelay: 1, breaker: false } as const;

function start(options: Partial<GuideOptions> & { endpoint: string }) {
  const forward = siem({ apiKey, ...quick, ...options });
  onTestFinished(() => forward.close());
  return forward;
}

describe('the format "guide"', () => {
  it('sends the request and the JSON of the guide', async () => {
    const target = await startTarget(answers(200));
    const forward = start({ endpoint: target.url });
    const { event, context } = await received('scan_completed');
    await forward(event, context);
    expect(target.requests).toHaveLength(1);
    const { method, path, headers, body } = target.requests[0] ?? {};
    expect({ method, path }).toEqual({ method: 'POST', path: '/events' });
    expect(headers).toMatchObject({
      authorization: `Bearer ${apiKey}`,
      'content-type': 'application/json',
      'idempotency-key': context.id,
    });
    expect(JSON.parse(body ?? '')).toEqual({
      timestamp: '2024-01-01T12:00:00.000Z',
      source: 'SpiderFoot',
      event_type: 'scan_completed',
      severity: 'LOW',
      raw_data: samples.scan_completed,
      tags: ['osint', 'spiderfoot'],
    });
  });

  it.each([
    ['high_risk_event', 'HIGH'],
    ['medium_risk_event', 'MEDIUM'],
    ['scan_failed', 'MEDIUM'],
    ['scan_completed', 'LOW'],
    ['malware_detected', 'LOW'],
    ['alert.critical', 'CRITICAL'],
    ['alert.high', 'HIGH'],
    ['alert.medium', 'MEDIUM'],
    ['alert.low', 'LOW'],
    ['alert.info', 'INFO'],
    ['a.type.of.tomorrow', 'LOW'],
    ['__proto__', 'LOW'],
  ])('gives the type %s the severity %s, as in the guide', async (type, severity) => {
    const target = await startTarget(answers(200));
    const { event, context } = await received(type);
    await start({ endpoint: target.url })(event, context);
    expect(JSON.parse(target.requests[0]?.body ?? '')).toMatchObject({ event_type: type, severity });
  });

  it.each([
    ['vulnerability_found', { severity: 'critical' }, 'CRITICAL'],
    ['malware_detected', { risk: 'High' }, 'HIGH'],
    ['high_risk_event', { severity: 'info' }, 'INFO'],
  ])('gives %s with the data %j the stated severity %s', async (type, data, severity) => {
    const target = await startTarget(answers(200));
    const { event, context } = await received(type, { data });
    await start({ endpoint: target.url })(event, context);
    expect(JSON.parse(target.requests[0]?.body ?? '')).toMatchObject({ event_type: type, severity });
  });

  it("prefers the option severities to the guide's severities", async () => {
    const target = await startTarget(answers(200));
    const forward = start({
      endpoint: target.url,
      severities: { malware_detected: 'CRITICAL', high_risk_event: 'MEDIUM' },
    });
    for (const type of ['malware_detected', 'high_risk_event', 'scan_failed']) {
      const { event, context } = await received(type);
      await forward(event, context);
    }
    expect(target.requests.map(({ body }) => JSON.parse(body).severity)).toEqual([
      'CRITICAL',
      'MEDIUM',
      'MEDIUM',
    ]);
  });

  it.each([
    ['https://siem.example.com', '/events'],
    ['https://siem.example.com/', '/events'],
    ['https://siem.example.com/api/v2//', '/api/v2/events'],
    ['https://siem.example.com/api?tenant=7', '/api/events?tenant=7'],
  ])('sends events for the endpoint %s to the path %s', async (endpoint, path) => {
    const target = await startTarget(answers(200));
    const { event, context } = await received('scan_completed');
    const forward = start({ endpoint: endpoint.replace('https://siem.example.com', target.url) });
    await forward(event, context);
    expect(target.requests[0]?.path).toBe(path);
  });

  it('keeps a usable timestamp unchanged, and replaces any other with the time of arrival', async () => {
    const target = await startTarget(answers(200));
    const forward = start({ endpoint: target.url });
    const { event, context } = await received('scan_completed');
    const timestamps = [
      '2024-01-01T12:00:00.123456+02:00',
      '1900-01-01T00:00:00Z',
      '+275760-09-13T00:00:00Z',
      'yesterday 1',
      '',
    ];
    for (const timestamp of timestamps) await forward({ ...event, timestamp }, context);
    const arrival = context.receivedAt.toISOString();
    expect(target.requests.map(({ body }) => JSON.parse(body).timestamp)).toEqual([
      '2024-01-01T12:00:00.123456+02:00',
      arrival,
      arrival,
      arrival,
      arrival,
    ]);
  });
});

describe('a SIEM', () => {
  it('a SIEM that answers 503 once gets the event in a retry', async () => {
    const target = await startTarget(answers(503), answers(201));
    const { event, context } = await received('scan_completed');
    await start({ endpoint: target.url })(event, context);
    expect(target.requests).toHaveLength(2);
    expect(target.requests[1]).toMatchObject({ headers: { 'idempotency-key': context.id } });
  });

  it.each([
    ['answers 503', answers(503, `busy, ${apiKey}`), { code: 'unavailable', status: 503, attempt: 2 }],
    ['answers 401', answers(401, `bad key ${apiKey}`), { code: 'rejected', status: 401, attempt: 1 }],
    ['resets the connection', resets, { code: 'connection', attempt: 2 }],
  ])(
    'a SIEM that %s fails the handler, with an error that contains no secret',
    async (_name, behaviour, expected) => {
      const target = await startTarget(behaviour);
      const { event, context } = await received('scan_completed');
      const error: unknown = await start({ endpoint: target.url })(event, context).catch((error) => error);
      expect(error).toMatchObject({ name: 'ForwardError', ...expected });
      const { host } = new URL(target.url);
      expect(String(error)).toContain(`siem (${host})`);
      expect(everythingOf(error)).not.toContain(apiKey);
      expect(everythingOf(error)).not.toContain('example.com');
    },
  );

  it('the Retry-After of a SIEM becomes the retryAfter of the error', async () => {
    const target = await startTarget(answers(429, '', { 'retry-after': '77' }));
    const { event, context } = await received('scan_completed');
    await expect(start({ endpoint: target.url })(event, context)).rejects.toMatchObject({
      code: 'rate_limited',
      retryAfter: 77,
    });
  });

  it('a SIEM that fails does not affect other handlers', async () => {
    const target = await startTarget(answers(400));
    const receiver = createReceiver({ secret });
    const handled: string[] = [];
    receiver.onAny(start({ endpoint: target.url }), { name: 'siem' });
    receiver.onAny((event) => void handled.push(event.event_type), { name: 'other' });
    const outcome = await receiver.receive(await signedDelivery('scan_completed', { secret }));
    expect(outcome).toMatchObject({ status: 'rejected', code: 'handler_failed' });
    expect(handled).toEqual(['scan_completed']);
  });
});

describe('siem()', () => {
  const endpoint = 'https://siem.example.com';
  const invalid: [string, object | undefined, string][] = [
    ['missing options', undefined, 'endpoint'],
    ['a missing endpoint', { apiKey }, 'endpoint'],
    ['an endpoint that is not a URL', { endpoint: 'siem', apiKey }, 'endpoint'],
    ['an http endpoint', { endpoint: 'http://siem.example.com', apiKey }, 'endpoint'],
    ["an endpoint with the format's path", { endpoint: `${endpoint}/events`, apiKey }, 'endpoint'],
    ['a missing key', { endpoint }, 'apiKey'],
    ['a key with a line break', { endpoint, apiKey: `${apiKey}\n` }, 'apiKey'],
    ['an unknown option', { endpoint, apiKey, indexx: 'main' }, 'indexx'],
    ["another format's option", { endpoint, apiKey, index: 'main' }, 'index'],
    ['an unknown format', { endpoint, apiKey, format: 'leef' }, 'format'],
    [
      'an unknown severity',
      { endpoint, apiKey, severities: { scan_failed: 'BAD' } },
      'severities.scan_failed',
    ],
    ['batch for a format without batches', { endpoint, apiKey, batch: {} }, 'batch'],
    ['a batch size of 0', { format: 'splunk', endpoint, apiKey, batch: { size: 0 } }, 'batch.size'],
    ['a negative wait', { format: 'splunk', endpoint, apiKey, batch: { wait: -1 } }, 'batch.wait'],
    ['an unknown option of batch', { format: 'splunk', endpoint, apiKey, batch: { max: 1 } }, 'batch.max'],
    ['an empty index', { format: 'splunk', endpoint, apiKey, index: '' }, 'index'],
    ['missing credentials', { format: 'elastic', endpoint }, 'apiKey'],
    [
      'both credentials',
      { format: 'elastic', endpoint, apiKey, basic: { username: 'u', password: 'p' } },
      'basic',
    ],
    [
      'a user name without a password',
      { format: 'elastic', endpoint, basic: { username: 'u' } },
      'basic.password',
    ],
    ['a key for syslog', { format: 'cef', endpoint: 'tls://siem.example.com', apiKey }, 'apiKey'],
    ['an https endpoint for syslog', { format: 'cef', endpoint }, 'endpoint'],
    ['a path for syslog', { format: 'cef', endpoint: 'tls://siem.example.com/path' }, 'endpoint'],
    ['tls for UDP', { format: 'cef', endpoint: 'udp://siem.example.com', tls: {} }, 'tls'],
    ['a facility of 24', { format: 'cef', endpoint: 'udp://siem.example.com', facility: 24 }, 'facility'],
    ['a maxSize below 1024', { format: 'cef', endpoint: 'udp://siem.example.com', maxSize: 480 }, 'maxSize'],
  ];
  it.each(invalid)('rejects %s with an error that names the option and no key', (_name, options, option) => {
    let thrown: unknown;
    try {
      siem(options as SiemOptions);
    } catch (error) {
      thrown = error;
    }
    expect(thrown).toBeInstanceOf(ConfigurationError);
    expect(thrown).toMatchObject({ option });
    expect(String(thrown)).not.toContain(apiKey);
  });
});

/** Return all text of an error that a logger might write. */
function everythingOf(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  return [error.message, error.stack, JSON.stringify(error), String(error.cause)].join('\n');
}
