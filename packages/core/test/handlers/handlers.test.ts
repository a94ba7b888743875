import { describe, expect, it, vi } from 'vitest';
import { ConfigurationError, createReceiver, type EventContext, type Receiver } from '../../src/index.ts';
import { signedDelivery, signedWebhook } from '../../src/testing/index.ts';
import { secret } from '../support/sender.ts';

describe('handlers', () => {
  it('runs the handlers of a type, alias, list, category and all', async () => {
    const receiver = createReceiver({ secret });
    const calls: string[] = [];
    const logCall = (name: string) => () => void calls.push(name);
    receiver.on('scan_completed', logCall('type'));
    receiver.on('scan.complete', logCall('alias'));
    receiver.on(['scan_failed', 'scan_completed'], logCall('list'));
    receiver.on('scan.*', logCall('category'));
    receiver.on('all', logCall('all'));
    receiver.onAny(logCall('any'));
    receiver.on('finding.*', logCall('another category'));
    receiver.on('scan_started', logCall('another type'));
    receiver.onUnhandled(logCall('unhandled'));
    await receiver.receive(await signedDelivery('scan.complete', { secret }));
    expect(calls).toEqual(['type', 'alias', 'list', 'category', 'all', 'any']);
  });

  it.each([
    [
      'scan.*',
      ['scan_started', 'scan_completed', 'scan_failed', 'scan_progress', 'scan.archived', 'scan.newest'],
      ['task.queued', 'multi_scan_completed', 'scanner.x'],
    ],
    [
      'finding.*',
      ['high_risk_event', 'medium_risk_event', 'vulnerability_found', 'malware_detected', 'finding.new'],
      ['event.new'],
    ],
    [
      'workflow.*',
      ['correlation_completed', 'cti_report_generated', 'workspace_created', 'multi_scan_completed'],
      ['correlation.resolved'],
    ],
    ['system.*', ['system_alert', 'resource_warning', 'module_error', 'system.health'], ['module.started']],
    ['module.*', ['module.started', 'module_error', 'module.error'], ['system_alert']],
    ['vulnerability.*', ['vulnerability_found', 'vulnerability.detected'], ['high_risk_event']],
    [
      'correlation.*',
      ['correlation.detected', 'correlation.resolved', 'correlation_completed'],
      ['event.new'],
    ],
    ['alert.*', ['alert.critical', 'alert.info'], ['system_alert']],
  ] as const)('a handler of %s receives %j and not %j', async (selector, included, excluded) => {
    const receiver = createReceiver({ secret });
    const handled: string[] = [];
    receiver.on(selector, (_, { wire }) => void handled.push(wire.eventType));
    for (const type of [...included, ...excluded])
      await receiver.receive(await signedDelivery(type, { secret }));
    expect(handled).toEqual(included);
  });

  it('onUnhandled() receives events that no on() handler receives, including unknown types', async () => {
    const receiver = createReceiver({ secret });
    const handled: string[] = [];
    const anyHandler = vi.fn();
    receiver.on('scan_completed', () => {}).onAny(anyHandler);
    receiver.onUnhandled(({ event_type }) => void handled.push(event_type));
    for (const type of ['scan_completed', 'scan_failed', 'quantum.leap', 'quantum.leap']) {
      await receiver.receive(await signedDelivery(type, { secret, data: { n: handled.length } }));
    }
    expect(handled).toEqual(['scan_failed', 'quantum.leap', 'quantum.leap']);
    expect(anyHandler).toHaveBeenCalledTimes(4);
  });

  it('a handler that is registered late receives later events', async () => {
    const receiver = createReceiver({ secret });
    const handler = vi.fn();
    await receiver.receive(await signedDelivery('scan_failed', { secret }));
    receiver.on('scan_failed', handler);
    await receiver.receive(await signedDelivery('scan_failed', { secret, data: { n: 2 } }));
    expect(handler).toHaveBeenCalledOnce();
  });

  it('passes the context of the delivery to a handler', async () => {
    const info = vi.fn();
    const logger = { debug() {}, info, warn() {}, error() {} };
    const receiver = createReceiver({ secret, endpoint: 'e', logger, now: () => 5000 });
    const contexts: EventContext[] = [];
    receiver.on('scan_completed', (_, context) => {
      contexts.push(context);
      context.logger.info({ more: 1 }, 'from a handler');
    });
    const { headers, body } = await signedWebhook('scan.complete', { secret });
    const outcome = await receiver.receive({
      method: 'POST',
      peer: '::ffff:192.0.2.1',
      header: (name) => headers[name],
      readBody: async () => Buffer.from(body),
    });
    const id = outcome.status === 'processed' ? outcome.id : '';
    expect(headers['x-spiderfoot-signature']?.slice(7, 39)).toBe(id);
    expect(contexts).toMatchObject([
      {
        id,
        endpoint: 'e',
        receivedAt: new Date(5000),
        ip: '192.0.2.1',
        attempt: 1,
        wire: { dialect: 'shipped', eventType: 'scan.complete', body, nonFinite: 0 },
      },
    ]);
    expect(info).toHaveBeenCalledWith(
      { id, endpoint: 'e', eventType: 'scan_completed', more: 1 },
      'from a handler',
    );
  });
});

describe('onUnhandled()', () => {
  /** Return whether onUnhandled runs for a scan_started event after these registrations. */
  async function isUnhandled(register: (receiver: Receiver) => unknown): Promise<boolean> {
    const handler = vi.fn();
    const receiver = createReceiver({ secret }).onUnhandled(handler);
    register(receiver);
    await receiver.receive(await signedDelivery('scan_started', { secret }));
    return handler.mock.calls.length > 0;
  }

  it.each<[string, boolean, (receiver: Receiver) => unknown]>([
    ['all', false, (receiver) => receiver.on('all', () => {})],
    ['all as the first of a list', false, (receiver) => receiver.on(['all', 'scan_started'], () => {})],
    ['all as the last of a list', false, (receiver) => receiver.on(['scan_started', 'all'], () => {})],
    ['onAny', true, (receiver) => receiver.onAny(() => {})],
    ['another type', true, (receiver) => receiver.on('scan_failed', () => {})],
  ])('whether onUnhandled() runs after a registration of %s: %s', async (_, expected, register) => {
    expect(await isUnhandled(register)).toBe(expected);
  });

  it('on() throws a ConfigurationError for an empty list of types', () => {
    expect(() => createReceiver({ secret }).on([], () => {})).toThrow(ConfigurationError);
  });
});
