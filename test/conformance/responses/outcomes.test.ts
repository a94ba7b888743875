import { samples } from '@spiderfoot-webhooks/core/testing';
import { describe, expect, it } from 'vitest';
import { mounts } from '../../support/adapters/index.ts';
import {
  duplicate,
  headerOf,
  rejection,
  send,
  start,
  success,
  told,
  webhook,
  withHeader,
} from '../../support/webhooks.ts';

const dataByType = Object.entries(samples);
const types = dataByType.map(([type]) => type);

describe.each(mounts)('a delivery, over $name', (mount) => {
  it('is verified, typed, handed over and answered', async () => {
    const { at, receiver, handled } = await start(mount, { endpoint: 'scans', now: () => 1_704_110_400_000 });
    const targets: unknown[] = [];
    receiver.on('scan_completed', ({ data }) => targets.push(data.target));
    const message = await webhook('scan_completed', { timestamp: new Date('2024-01-01T12:00:00Z') });
    const response = await send(at, message);

    expect(told(response)).toEqual(success);
    expect(response.headers['content-type']).toBe('application/json; charset=utf-8');
    expect(response.headers['content-length']).toBe(String(response.body.length));
    expect(targets).toEqual(['exämple.com']);
    expect(handled).toHaveLength(1);
    expect(handled[0]?.event).toMatchObject({
      event_type: 'scan_completed',
      timestamp: '2024-01-01T12:00:00.000Z',
      source: 'spiderfoot',
      version: '5.0.3',
      metadata: { workspace_id: 'ws_abc123' },
    });
    expect(handled[0]?.context).toMatchObject({
      id: headerOf(message, 'x-spiderfoot-signature').slice('sha256='.length, 'sha256='.length + 32),
      endpoint: 'scans',
      receivedAt: new Date(1_704_110_400_000),
      ip: '127.0.0.1',
      attempt: 1,
      wire: { dialect: 'guide', eventType: 'scan_completed', body: message.body.toString(), nonFinite: 0 },
    });
    expect(handled[0]?.context.signal.aborted).toBe(false);
    expect(JSON.parse(response.body)).toMatchObject({ id: handled[0]?.context.id });
  });

  it('as SpiderFoot ships it becomes the same event', async () => {
    const { at, handled } = await start(mount);
    const timestamp = new Date('2024-01-01T12:00:00.250Z');
    const message = await webhook('scan.complete', { timestamp, data: { target: 'ex', ratio: Number.NaN } });
    expect(told(await send(at, message))).toEqual(success);
    expect(handled).toMatchObject([
      {
        event: {
          event_type: 'scan_completed',
          timestamp: '2024-01-01T12:00:00.250Z',
          data: { target: 'ex', ratio: null },
        },
        context: { wire: { dialect: 'shipped', eventType: 'scan.complete', nonFinite: 1 } },
      },
    ]);
  });

  it('of every known type arrives, in both dialects, with the sample of the testing kit', async () => {
    const { at, handled } = await start(mount);
    for (const dialect of ['guide', 'shipped'] as const) {
      for (const [type, data] of dataByType) {
        const message = await webhook(type, { dialect, data });
        expect(told(await send(at, message)), type).toEqual(success);
      }
    }
    expect(handled.map(({ event }) => event.event_type)).toEqual([...types, ...types]);
  });

  it('of a type that nobody knows yet arrives', async () => {
    const { at, handled } = await start(mount);
    expect(told(await send(at, await webhook('quantum.leap', { data: { to: 1985 } })))).toEqual(success);
    expect(handled).toMatchObject([{ event: { event_type: 'quantum.leap', data: { to: 1985 } } }]);
  });

  it('that is sent again is a duplicate, and no handler runs', async () => {
    const { at, handled } = await start(mount);
    const message = await webhook();
    expect(told(await send(at, message))).toEqual(success);
    expect(told(await send(at, message))).toEqual(duplicate);
    expect(told(await send(at, withHeader(message, 'x-request-id', 'another')))).toEqual(duplicate);
    expect(handled).toHaveLength(1);
  });

  it('that comes eight times at once is handled once', async () => {
    const { at, receiver, handled } = await start(mount);
    let release = () => {};
    const gate = new Promise<void>((resolve) => {
      release = resolve;
    });
    receiver.onAny(() => gate);
    let arrived = 0;
    receiver.onOutcome(() => arrived++);
    const message = await webhook();
    const answers = Array.from({ length: 8 }, () => send(at, message));
    // Whether the gate opens before or after the last has come, the handlers run once.
    setTimeout(release, 100);
    const statuses = (await Promise.all(answers)).map(told);
    expect(statuses.filter(({ body }) => JSON.stringify(body).includes('success'))).toHaveLength(1);
    expect(statuses).toEqual(expect.arrayContaining([success, duplicate]));
    expect(new Set(statuses.map(({ status }) => status))).toEqual(new Set([200]));
    expect(arrived).toBe(8);
    expect(handled).toHaveLength(1);
  });

  it('that is retried while the failing first try still runs is not answered 2xx', async () => {
    const { at, receiver } = await start(mount);
    const fails: (() => void)[] = [];
    receiver.on('all', () => new Promise((_, reject) => fails.push(() => reject(new Error('down')))));
    const message = await webhook();
    const answers = [send(at, message), send(at, message)];
    setTimeout(() => {
      for (const fail of fails) fail();
    }, 100);
    expect((await Promise.all(answers)).map(told)).toEqual([
      rejection('handler_failed'),
      rejection('handler_failed'),
    ]);
    expect(fails).toHaveLength(1);
  });

  it('of a type that the endpoint does not take is ignored with a 2xx', async () => {
    const { at, handled } = await start(mount, { events: ['finding'] });
    expect(told(await send(at, await webhook('scan_completed')))).toMatchObject({
      status: 200,
      body: { status: 'ignored' },
    });
    expect(told(await send(at, await webhook('malware_detected')))).toEqual(success);
    expect(handled.map(({ event }) => event.event_type)).toEqual(['malware_detected']);
  });

  it('signed with the secret before, while secrets are being rotated, is genuine', async () => {
    const { at } = await start(mount, { secret: ['the-new-one', 'the-one-before'] });
    expect(told(await send(at, await webhook('scan_started', { secret: 'the-one-before' })))).toEqual(
      success,
    );
    expect(told(await send(at, await webhook('scan_started', { secret: 'the-new-one' })))).toEqual(success);
    expect(told(await send(at, await webhook('scan_started', { secret: 'neither' })))).toEqual(
      rejection('invalid_signature'),
    );
  });
});
