import { setTimeout as sleep } from 'node:timers/promises';
import { samples } from '@spiderfoot-webhooks/core/testing';
import { describe, expect, it } from 'vitest';
import { mounts } from '../../support/adapters/index.ts';
import {
  duplicate,
  headerOf,
  rejection,
  resultOf,
  send,
  start,
  success,
  webhook,
  withHeader,
} from '../../support/webhooks.ts';

const dataByType = Object.entries(samples);
const types = dataByType.map(([type]) => type);

describe.each(mounts)('a delivery, over $name', (mount) => {
  it('verifies and parses a delivery, runs its handlers and responds', async () => {
    const { at, receiver, handled } = await start(mount, { endpoint: 'scans', now: () => 1_704_110_400_000 });
    const targets: unknown[] = [];
    receiver.on('scan_completed', ({ data }) => targets.push(data.target));
    const message = await webhook('scan_completed', { timestamp: new Date('2024-01-01T12:00:00Z') });
    const response = await send(at, message);

    expect(resultOf(response)).toEqual(success);
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

  it("parses SpiderFoot's shipped dialect into the same event", async () => {
    const { at, handled } = await start(mount);
    const timestamp = new Date('2024-01-01T12:00:00.250Z');
    const message = await webhook('scan.complete', { timestamp, data: { target: 'ex', ratio: Number.NaN } });
    expect(resultOf(await send(at, message))).toEqual(success);
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

  it('delivers every known type in both dialects with the samples of the testing kit', async () => {
    const { at, handled } = await start(mount);
    for (const dialect of ['guide', 'shipped'] as const) {
      for (const [type, data] of dataByType) {
        const message = await webhook(type, { dialect, data });
        expect(resultOf(await send(at, message)), type).toEqual(success);
      }
    }
    expect(handled.map(({ event }) => event.event_type)).toEqual([...types, ...types]);
  });

  it('delivers an event of an unknown type', async () => {
    const { at, handled } = await start(mount);
    expect(resultOf(await send(at, await webhook('quantum.leap', { data: { to: 1985 } })))).toEqual(success);
    expect(handled).toMatchObject([{ event: { event_type: 'quantum.leap', data: { to: 1985 } } }]);
  });

  it('detects a duplicate and runs no handler for it', async () => {
    const { at, handled } = await start(mount);
    const message = await webhook();
    expect(resultOf(await send(at, message))).toEqual(success);
    expect(resultOf(await send(at, message))).toEqual(duplicate);
    expect(resultOf(await send(at, withHeader(message, 'x-request-id', 'another')))).toEqual(duplicate);
    expect(handled).toHaveLength(1);
  });

  it('handles eight concurrent copies of a delivery once', async () => {
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
    // The handlers run once, whether the gate opens before or after the last copy arrives.
    setTimeout(release, 100);
    const statuses = (await Promise.all(answers)).map(resultOf);
    expect(statuses.filter(({ body }) => JSON.stringify(body).includes('success'))).toHaveLength(1);
    expect(statuses).toEqual(expect.arrayContaining([success, duplicate]));
    expect(new Set(statuses.map(({ status }) => status))).toEqual(new Set([200]));
    expect(arrived).toBe(8);
    expect(handled).toHaveLength(1);
  });

  it('does not return 2xx for a retry while the failing first attempt still runs', async () => {
    const { at, receiver } = await start(mount);
    let running = 0;
    let most = 0;
    receiver.on('all', async () => {
      most = Math.max(most, ++running);
      await sleep(100);
      running--;
      throw new Error('down');
    });
    const message = await webhook();
    const answers = await Promise.all([send(at, message), send(at, message)]);
    expect(answers.map(resultOf)).toEqual([rejection('handler_failed'), rejection('handler_failed')]);
    // A retry that arrives after the first attempt has failed runs the handler again.
    expect(most).toBe(1);
  });

  it('ignores a type that is not in the option events, with a 2xx', async () => {
    const { at, handled } = await start(mount, { events: ['finding'] });
    expect(resultOf(await send(at, await webhook('scan_completed')))).toMatchObject({
      status: 200,
      body: { status: 'ignored' },
    });
    expect(resultOf(await send(at, await webhook('malware_detected')))).toEqual(success);
    expect(handled.map(({ event }) => event.event_type)).toEqual(['malware_detected']);
  });

  it('accepts the previous secret while secrets are rotated', async () => {
    const { at } = await start(mount, { secret: ['the-new-one', 'the-one-before'] });
    expect(resultOf(await send(at, await webhook('scan_started', { secret: 'the-one-before' })))).toEqual(
      success,
    );
    expect(resultOf(await send(at, await webhook('scan_started', { secret: 'the-new-one' })))).toEqual(
      success,
    );
    expect(resultOf(await send(at, await webhook('scan_started', { secret: 'neither' })))).toEqual(
      rejection('invalid_signature'),
    );
  });
});
