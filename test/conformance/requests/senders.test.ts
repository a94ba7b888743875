import { describe, expect, it } from 'vitest';
import { mounts } from '../../support/adapters/index.ts';
import {
  headerOf,
  type Message,
  rejection,
  resultOf,
  secret,
  send,
  signed,
  start,
  success,
  webhook,
  withHeader,
} from '../../support/webhooks.ts';

const duplicate = { ...success, body: expect.objectContaining({ status: 'duplicate' }) };
const headers = ['x-spiderfoot-signature', 'x-spiderfoot-signature-256', 'x-signature-256'];

/** Moves the signature to another header. */
function signedIn(message: Message, header: string): Message {
  const value = headers.map((name) => headerOf(message, name)).find((text) => text !== '');
  const unsigned = headers.reduce((rest, name) => withHeader(rest, name, undefined), message);
  return withHeader(unsigned, header, value);
}

describe.each(mounts)("SpiderFoot's senders, over $name", (mount) => {
  it.each(headers)('a signature in %s is accepted by default with every envelope', async (header) => {
    const { at, handled } = await start(mount);
    const dialects = ['guide', 'shipped', 'delivery', 'notification', 'topic'] as const;
    for (const dialect of dialects) {
      const message = await webhook('scan.completed', { dialect, signatureHeader: header });
      expect(resultOf(await send(at, message)), dialect).toEqual(success);
      const forged = { ...message, body: Buffer.from(message.body.toString().replace('scan_', 'scan-')) };
      expect(resultOf(await send(at, forged)), dialect).toEqual(rejection('invalid_signature'));
    }
    expect(handled.map(({ event }) => event.event_type)).toEqual(dialects.map(() => 'scan_completed'));
    expect(handled.map(({ context }) => context.wire.dialect)).toEqual([
      ...['guide', 'shipped', 'shipped', 'notification', 'topic'],
    ]);
  });

  it('of two signature headers, the first in the order of the option is used, and a repeated header is rejected', async () => {
    const { at } = await start(mount);
    const message = await webhook();
    const right = headerOf(message, 'x-spiderfoot-signature');
    const wrong = `sha256=${'0'.repeat(64)}`;
    expect(resultOf(await send(at, withHeader(message, 'x-signature-256', wrong)))).toEqual(success);
    const both = withHeader(withHeader(message, 'x-spiderfoot-signature', wrong), 'x-signature-256', right);
    expect(resultOf(await send(at, both))).toEqual(rejection('invalid_signature'));
    const other = signedIn(message, 'x-signature-256');
    const twice = { ...other, headers: [...other.headers, ['X-Signature-256', right] as const] };
    expect(resultOf(await send(at, twice))).toEqual(rejection('invalid_signature'));
  });

  it('the same notification twice is two events with the times of their arrival', async () => {
    let now = Date.parse('2026-01-01T00:00:00Z');
    const { at, handled } = await start(mount, { now: () => now, tolerance: 1 });
    const message = await webhook('scan_completed', { dialect: 'notification' });
    for (let i = 0; i < 3; i++) {
      expect(resultOf(await send(at, message))).toEqual(success);
      now += 86_400_000;
    }
    expect(new Set(handled.map(({ context }) => context.id)).size).toBe(3);
    expect(handled.map(({ event }) => event.timestamp)).toEqual([
      ...['2026-01-01T00:00:00.000Z', '2026-01-02T00:00:00.000Z', '2026-01-03T00:00:00.000Z'],
    ]);
    for (const { context } of handled) {
      expect(context.id).toMatch(/^[0-9a-f]{32}$/);
      expect(context.wire).toMatchObject({ dialect: 'notification', body: message.body.toString() });
    }
  });

  it('the same notification is two events even if both arrive at once', async () => {
    const { at, handled } = await start(mount);
    const message = await webhook('scan_failed', { dialect: 'notification' });
    const answers = await Promise.all([send(at, message), send(at, message), send(at, message)]);
    expect(answers.map(resultOf)).toEqual([success, success, success]);
    expect(new Set(handled.map(({ context }) => context.id)).size).toBe(3);
  });

  it('an event with a time is a duplicate the second time', async () => {
    const { at, handled } = await start(mount);
    const body = { event: 'scan_failed', timestamp: 1704110400.25, data: { scan_id: 's1' } };
    const timed = [
      await signed(JSON.stringify(body)),
      await webhook('scan.completed', { dialect: 'topic', signatureHeader: 'x-signature-256' }),
      await webhook('scan.completed', { dialect: 'delivery' }),
    ];
    for (const message of timed) {
      expect(resultOf(await send(at, message))).toEqual(success);
      expect(resultOf(await send(at, message))).toEqual(duplicate);
    }
    expect(handled).toHaveLength(timed.length);
  });

  it('an event of an unknown type without a time is a duplicate the second time, because its sender retries', async () => {
    const { at } = await start(mount);
    const message = await signed('{"event_type":"of.tomorrow","payload":{}}');
    expect(resultOf(await send(at, message))).toEqual(success);
    expect(resultOf(await send(at, message))).toEqual(duplicate);
  });

  it('an event of the notification service is accepted with secret: false', async () => {
    const { at, handled } = await start(mount, { secret: false });
    const message = await webhook('scan.error', {
      dialect: 'topic',
      timestamp: new Date('2024-01-01T12:00:00.250Z'),
      data: { scan_id: 's1', target: 'example.com' },
    });
    expect(message.headers.map(([name]) => name)).toEqual(['content-type', 'user-agent']);
    expect(resultOf(await send(at, message))).toEqual(success);
    expect(resultOf(await send(at, message))).toEqual(duplicate);
    expect(handled.map(({ event }) => event)).toEqual([
      {
        event_type: 'scan_failed',
        timestamp: '2024-01-01T12:00:00.250Z',
        source: 'spiderfoot',
        metadata: {},
        data: { scan_id: 's1', target: 'example.com' },
        title: expect.any(String),
        message: expect.any(String),
        severity: 'info',
      },
    ]);
    expect(handled[0]?.context.wire).toMatchObject({ dialect: 'topic', eventType: 'scan.error' });
  });

  it('a rejection names the notification service by its headers alone', async () => {
    const { at, outcomes } = await start(mount);
    const message = await webhook('scan.error', { dialect: 'topic' });
    expect(resultOf(await send(at, message))).toEqual(rejection('missing_signature'));
    const own = withHeader(message, 'user-agent', 'SpiderFoot-Webhook/1.0');
    expect(resultOf(await send(at, own))).toEqual(rejection('missing_signature'));
    expect(outcomes).toEqual([
      { status: 'rejected', code: 'missing_signature', hint: expect.stringContaining('WebhookChannel') },
      { status: 'rejected', code: 'missing_signature' },
    ]);
  });

  it('a rejection names the header of a signature that the endpoint does not read', async () => {
    const { at, outcomes } = await start(mount, { signatureHeader: 'x-spiderfoot-signature' });
    const message = signedIn(await webhook(), 'x-signature-256');
    expect(resultOf(await send(at, message))).toEqual(rejection('missing_signature'));
    expect(outcomes).toMatchObject([{ hint: expect.stringContaining('x-signature-256') }]);
  });

  it('lone surrogates arrive unchanged', async () => {
    const { at, handled } = await start(mount);
    const target = String.raw`"cut \ud83d.example \udc80"`;
    const bodies = [
      `{"event_type": "scan_completed", "timestamp": 1704110400.25, "payload": {"target": ${target}}}`,
      `{"event_type": "scan_completed", "timestamp": "2024-01-01T12:00:00Z", "data": {"target": ${target}}}`,
      `{"event": "scan_completed", "title": ${target}, "message": "", "data": {"target": ${target}}}`,
      `{"topic": "scan.completed", "title": ${target}, "timestamp": 1.5, "data": {"target": ${target}}}`,
      `{"event_type": "of ${String.raw`\ud83d`}", "timestamp": 1.5, "payload": {"target": ${target}}}`,
    ];
    for (const body of bodies) expect(resultOf(await send(at, await signed(body)))).toEqual(success);
    expect(handled.map(({ context }) => context.wire.body)).toEqual(bodies);
    for (const { event } of handled) {
      expect(event.data).toMatchObject({ target: 'cut \ud83d.example \udc80' });
      expect(JSON.stringify(event.data)).toContain(target);
    }
  });
});

it('the messages do not contain the secret that signs them', async () => {
  for (const dialect of ['notification', 'delivery', 'topic'] as const) {
    const { headers: sent, body } = await webhook('scan.completed', { dialect });
    expect(JSON.stringify([sent, body.toString()])).not.toContain(secret);
  }
});
