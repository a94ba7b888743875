import { describe, expect, it, vi } from 'vitest';
import {
  ConfigurationError,
  createReceiver,
  type EventContext,
  EventHandlingError,
  HandlerTimeoutError,
  type Receiver,
} from '../../src/index.ts';
import { signedDelivery, signedWebhook } from '../../src/testing/index.ts';

const secret = 'handlers-s3cret';

/** The same bytes, as often as they are sent. */
async function sender(type = 'scan_completed') {
  const { method, headers, body } = await signedWebhook(type, { secret });
  const delivery = {
    method,
    peer: '127.0.0.1',
    header: (name: string) => headers[name],
    readBody: async () => Buffer.from(body),
  };
  return (receiver: Receiver) => receiver.receive(delivery);
}

describe('handlers', () => {
  it('are found by type, alias, list, category and all', async () => {
    const receiver = createReceiver({ secret });
    const calls: string[] = [];
    const note = (name: string) => () => void calls.push(name);
    receiver.on('scan_completed', note('type'));
    receiver.on('scan.complete', note('alias'));
    receiver.on(['scan_failed', 'scan_completed'], note('list'));
    receiver.on('scan.*', note('category'));
    receiver.on('all', note('all'));
    receiver.onAny(note('any'));
    receiver.on('finding.*', note('another category'));
    receiver.on('scan_started', note('another type'));
    receiver.onUnhandled(note('unhandled'));
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
  ] as const)('of %s take %j and not %j', async (selector, inside, outside) => {
    const receiver = createReceiver({ secret });
    const handled: string[] = [];
    receiver.on(selector, (_, { wire }) => void handled.push(wire.eventType));
    for (const type of [...inside, ...outside])
      await receiver.receive(await signedDelivery(type, { secret }));
    expect(handled).toEqual(inside);
  });

  it('of onUnhandled take what no other does, types that nobody knows among it', async () => {
    const receiver = createReceiver({ secret });
    const handled: string[] = [];
    const seen = vi.fn();
    receiver.on('scan_completed', () => {}).onAny(seen);
    receiver.onUnhandled(({ event_type }) => void handled.push(event_type));
    for (const type of ['scan_completed', 'scan_failed', 'quantum.leap', 'quantum.leap']) {
      await receiver.receive(await signedDelivery(type, { secret, data: { n: handled.length } }));
    }
    expect(handled).toEqual(['scan_failed', 'quantum.leap', 'quantum.leap']);
    expect(seen).toHaveBeenCalledTimes(4);
  });

  it('that are added late take what comes later', async () => {
    const receiver = createReceiver({ secret });
    const handler = vi.fn();
    await receiver.receive(await signedDelivery('scan_failed', { secret }));
    receiver.on('scan_failed', handler);
    await receiver.receive(await signedDelivery('scan_failed', { secret, data: { n: 2 } }));
    expect(handler).toHaveBeenCalledOnce();
  });

  it('get the context of their delivery', async () => {
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

describe('handlers that fail', () => {
  it('keep none from running, and their failures come together with the event', async () => {
    const receiver = createReceiver({ secret });
    const errors: unknown[] = [];
    const ran: string[] = [];
    receiver.onError((error) => errors.push(error));
    receiver.on(
      'scan_completed',
      () => {
        throw new Error('slack is down');
      },
      { name: 'slack' },
    );
    receiver.on('scan_completed', async () => {
      ran.push('siem');
    });
    receiver.on('scan_completed', () => Promise.reject('a text'), { name: 'mail' });
    receiver.on('scan_completed', () => void ran.push('file'));
    const outcome = await receiver.receive(await signedDelivery('scan_completed', { secret }));
    expect(outcome).toMatchObject({ status: 'rejected', code: 'handler_failed', error: errors[0] });
    expect(ran).toEqual(['siem', 'file']);
    const [error] = errors;
    if (!(error instanceof EventHandlingError)) throw new Error('another error');
    expect(error).toBeInstanceOf(AggregateError);
    expect(error.errors).toEqual([new Error('slack is down'), 'a text']);
    expect(error.failures.map(({ handler }) => handler)).toEqual(['slack', 'mail']);
    expect(error.event).toMatchObject({ event_type: 'scan_completed', data: { target: 'example.com' } });
    expect(error.message).toContain('slack is down');
    expect(error.id).toMatch(/^[0-9a-f]{32}$/);
  });

  it('and no others are run again by a retry', async () => {
    const receiver = createReceiver({ secret });
    let down = true;
    const attempts: number[] = [];
    const slack = vi.fn();
    receiver.on('scan_completed', slack);
    receiver.on('scan_completed', async (_, { attempt }) => {
      attempts.push(attempt);
      if (down) throw new Error('down');
    });
    const send = await sender();
    expect(await send(receiver)).toMatchObject({ code: 'handler_failed' });
    expect(await send(receiver)).toMatchObject({ code: 'handler_failed' });
    down = false;
    expect(await send(receiver)).toMatchObject({ status: 'processed' });
    expect(await send(receiver)).toMatchObject({ status: 'duplicate' });
    expect(attempts).toEqual([1, 2, 3]);
    expect(slack).toHaveBeenCalledOnce();
  });

  it('share their fate with a retry that comes while they run', async () => {
    const receiver = createReceiver({ secret });
    const rejects: ((error: Error) => void)[] = [];
    receiver.on('scan_completed', () => new Promise((_, reject) => rejects.push(reject)));
    const send = await sender();
    const outcomes = [send(receiver), send(receiver)];
    await vi.waitFor(() => expect(rejects).toHaveLength(1));
    for (const reject of rejects) reject(new Error('down'));
    expect(await Promise.all(outcomes)).toMatchObject([
      { code: 'handler_failed' },
      { code: 'handler_failed' },
    ]);
    expect(rejects).toHaveLength(1);
  });

  it('may throw anything', async () => {
    const receiver = createReceiver({ secret });
    const thrown = [undefined, null, 'text', 5, Object.create(null), { message: 'x' }, Symbol('s')];
    for (const what of thrown) {
      receiver.on('scan_completed', () => {
        throw what;
      });
    }
    const outcome = await (await sender())(receiver);
    if (outcome.status !== 'rejected' || !(outcome.error instanceof EventHandlingError))
      throw new Error('another');
    expect(outcome.error.errors).toEqual(thrown);
  });
});

describe('a handler that takes too long', () => {
  it('counts as failed, and is told by its signal', async () => {
    const receiver = createReceiver({ secret, handlerTimeout: 20 });
    const signals: AbortSignal[] = [];
    receiver.on(
      'scan_completed',
      (_, { signal }) => {
        signals.push(signal);
        return new Promise((_resolve, reject) =>
          signal.addEventListener('abort', () => reject(signal.reason)),
        );
      },
      { name: 'slow' },
    );
    const outcome = await (await sender())(receiver);
    if (outcome.status !== 'rejected' || !(outcome.error instanceof EventHandlingError))
      throw new Error('another');
    const [error] = outcome.error.errors;
    expect(error).toBeInstanceOf(HandlerTimeoutError);
    expect(error).toMatchObject({ handler: 'slow', timeout: 20 });
    expect(signals[0]?.aborted).toBe(true);
    expect(signals[0]?.reason).toBe(error);
  });

  it('a handler gets one signal, however often it reads context.signal', async () => {
    const receiver = createReceiver({ secret, handlerTimeout: 20 });
    const signals: AbortSignal[] = [];
    receiver.onAny((_, context) => {
      signals.push(context.signal, context.signal);
      return new Promise(() => {});
    });
    await (await sender())(receiver);
    expect(signals[0]).toBe(signals[1]);
    expect(signals.map(({ aborted }) => aborted)).toEqual([true, true]);
  });

  it('finds its signal aborted also where it asks late', async () => {
    const receiver = createReceiver({ secret });
    const late = vi.fn();
    receiver.on(
      'scan_completed',
      async (_, context) => {
        await new Promise((resolve) => setTimeout(resolve, 40));
        late(context.signal.aborted);
      },
      { timeout: 10 },
    );
    expect(await (await sender())(receiver)).toMatchObject({ code: 'handler_failed' });
    await vi.waitFor(() => expect(late).toHaveBeenCalledWith(true));
  });

  it('is not run again by the retry where it has succeeded in the meantime', async () => {
    const receiver = createReceiver({ secret });
    const runs = vi.fn();
    receiver.on(
      'scan_completed',
      async () => {
        runs();
        await new Promise((resolve) => setTimeout(resolve, 40));
        runs('done');
      },
      { timeout: 10 },
    );
    const send = await sender();
    expect(await send(receiver)).toMatchObject({ code: 'handler_failed' });
    await vi.waitFor(() => expect(runs).toHaveBeenCalledWith('done'));
    expect(await send(receiver)).toMatchObject({ status: 'processed' });
    expect(runs).toHaveBeenCalledTimes(2);
  });
});

describe('what counts as handled', () => {
  async function unhandled(register: (receiver: Receiver) => unknown): Promise<boolean> {
    const seen = vi.fn();
    const receiver = createReceiver({ secret }).onUnhandled(seen);
    register(receiver);
    await receiver.receive(await signedDelivery('scan_started', { secret }));
    return seen.mock.calls.length > 0;
  }

  it.each<[string, boolean, (receiver: Receiver) => unknown]>([
    ['all', false, (receiver) => receiver.on('all', () => {})],
    ['all, first of a list', false, (receiver) => receiver.on(['all', 'scan_started'], () => {})],
    ['all, last of a list', false, (receiver) => receiver.on(['scan_started', 'all'], () => {})],
    ['onAny', true, (receiver) => receiver.onAny(() => {})],
    ['another type', true, (receiver) => receiver.on('scan_failed', () => {})],
  ])('%s', async (_, expected, register) => {
    expect(await unhandled(register)).toBe(expected);
  });

  it('an empty list of types is an error', () => {
    expect(() => createReceiver({ secret }).on([], () => {})).toThrow(ConfigurationError);
  });
});
