import { describe, expect, it } from 'vitest';
import * as z from 'zod';
import { ConfigurationError, createReceiver } from '../../src/index.ts';
import { memoryLog, memoryQueue } from '../../src/stores/index.ts';
import { signedDelivery } from '../../src/testing/index.ts';

const secret = 'options-s3cret';

/** A log that counts rejections. */
const counting = { ...memoryLog(), recordRejection() {} };

/** Call createReceiver() with options that the compiler would reject, as plain JavaScript can. */
function createUnchecked(options: unknown): unknown {
  return Reflect.apply(createReceiver, undefined, [options]);
}

/** Return the ConfigurationError that a function throws. */
function errorOf(create: () => unknown): ConfigurationError {
  try {
    create();
  } catch (error) {
    if (error instanceof ConfigurationError) return error;
    throw error;
  }
  throw new Error('No error was thrown');
}

describe('createReceiver()', () => {
  it.each(['', ['good', ''], new Uint8Array()])(
    'rejects the empty secret %j, and suggests a check of its source',
    (secret) => {
      const { message } = errorOf(() => createUnchecked({ secret }));
      expect(message).toMatch(/environment variable or file/);
    },
  );

  it.each([
    ['secret', {}],
    ['secret', { secret: undefined }],
    ['secret', { secret: null }],
    ['secret', { secret: '' }],
    ['secret', { secret: true }],
    ['secret', { secret: 5 }],
    ['secret', { secret: [] }],
    ['secret', { secret: ['good', ''] }],
    ['secret', { secret: new Uint8Array() }],
    ['secret', { secret: 'line\n' }],
    ['secret', { secret: ' s' }],
    ['secret', { secret: ['good', false] }],
    ['endpoint', { secret, endpoint: '' }],
    ['endpoint', { secret, endpoint: 5 }],
    ['endpoint', { secret, endpoint: 'e'.repeat(201) }],
    ['events', { secret, events: [] }],
    ['events', { secret, events: 'scan_completed' }],
    ['events', { secret, events: ['scan_complete'] }],
    ['events', { secret, events: [5] }],
    ['signatureHeader', { secret, signatureHeader: '' }],
    ['signatureHeader', { secret, signatureHeader: [] }],
    ['signatureHeader', { secret, signatureHeader: 'x signature' }],
    ['allowedIps', { secret, allowedIps: [] }],
    ['allowedIps', { secret, allowedIps: '127.0.0.1' }],
    ['allowedIps', { secret, allowedIps: ['localhost'] }],
    ['trustedProxies', { secret, trustedProxies: ['10.0.0.0/99'] }],
    ['maxBodySize', { secret, maxBodySize: 0 }],
    ['maxBodySize', { secret, maxBodySize: '1mb' }],
    ['bodyTimeout', { secret, bodyTimeout: -1 }],
    ['handlerTimeout', { secret, handlerTimeout: Number.NaN }],
    ['handlerTimeout', { secret, handlerTimeout: 2 ** 31 }],
    ['tolerance', { secret, tolerance: 0 }],
    ['dedupeCacheSize', { secret, dedupeCacheSize: 0 }],
    ['dedupeCacheSize', { secret, dedupeCacheSize: 0.5 }],
    ['maxBodySize', { secret, maxBodySize: 1.5 }],
    ['allowedIps', { secret, allowedIps: ['constructor'] }],
    ['trustedProxies', { secret, trustedProxies: ['__proto__'] }],
    // A schema of zod 3.
    ['schemas', { secret, schemas: { own: { safeParse() {} } } }],
    ['rateLimiter', { secret, rateLimiter: {} }],
    ['schemas', { secret, schemas: { own: {} } }],
    ['schemas', { secret, schemas: { own: undefined } }],
    ['schemas', { secret, schemas: { own: null } }],
    ['schemas', { secret, schemas: { own: 5 } }],
    ['log', { secret, log: {} }],
    ['queue', { secret, queue: { enqueue() {} } }],
    ['keepRejected', { secret, log: counting, keepRejected: 1001 }],
    ['keepRejected', { secret, log: counting, keepRejected: -1 }],
    ['keepRejected', { secret, log: counting, keepRejected: 0.5 }],
    ['keepRejected', { secret, log: counting, keepRejected: '5' }],
    ['keepRejected', { secret, keepRejected: 1 }],
    ['keepRejected', { secret, log: memoryLog(), keepRejected: 1 }],
    ['logger', { secret, logger: { info() {} } }],
    ['now', { secret, now: 5 }],
  ])('rejects an invalid %s at startup, and names the option: %j', (option, options) => {
    const error = errorOf(() => createUnchecked(options));
    expect(error.option).toBe(option);
    expect(error.message).toContain(`"${option}"`);
  });

  it.each([[undefined], [null], ['secret']])('rejects the options %j', (options) => {
    expect(errorOf(() => createUnchecked(options)).option).toBe('secret');
  });

  it('rejects an unknown option, and suggests the known one', () => {
    const error = errorOf(() => createUnchecked({ secret, allowedIPs: ['127.0.0.1'] }));
    expect(error.option).toBe('allowedIPs');
    expect(error.message).toContain('Did you mean "allowedIps"?');
  });

  it('rejects an unknown event type, and suggests the known one', () => {
    const error = errorOf(() => createUnchecked({ secret, events: ['scan_complete'] }));
    expect(error.message).toContain('Did you mean "scan_completed"?');
  });

  it('rejects an invalid secret without printing it', () => {
    for (const invalid of ['hush-hush\n', ' hush-hush']) {
      expect(errorOf(() => createReceiver({ secret: invalid })).message).not.toContain('hush');
    }
  });
  it.each([
    { secret: false },
    { secret: Buffer.from('bytes') },
    { secret: ['new', 'old', new Uint8Array([1])] },
    { secret: 'with a space inside' },
    { secret, events: 'all' },
    { secret, events: ['scan_completed', 'scan.complete', 'correlation_found', 'scan.*', 'finding', 'scan'] },
    { secret, signatureHeader: ['X-SpiderFoot-Signature', 'X-Signature-256'] },
    { secret, allowedIps: ['loopback', '10.0.0.0/8', '::1'], trustedProxies: ['private'] },
    { secret, log: memoryLog(), queue: memoryQueue(), logger: console },
    { secret, tolerance: undefined, log: undefined },
    { secret, log: counting, keepRejected: 1000 },
    { secret, keepRejected: 0 },
  ])('accepts %o', (options) => {
    expect(() => createUnchecked(options)).not.toThrow();
  });
});

describe('registering a handler', () => {
  const receiver = createReceiver({ secret });
  const registrationError = (...args: unknown[]) => errorOf(() => Reflect.apply(receiver.on, receiver, args));

  it('on() rejects an unknown type, and suggests the known one', () => {
    const error = registrationError('scan_complete', () => {});
    expect(error).toMatchObject({ option: 'type' });
    expect(error.message).toContain('Did you mean "scan_completed"?');
    expect(registrationError(['scan_completed', 'unknown.type'], () => {}).message).toContain(
      '"unknown.type"',
    );
  });

  it('on() rejects a handler that is not a function', () => {
    expect(registrationError('scan_completed', 'handler').option).toBe('handler');
  });

  it('on() rejects a name that another handler has', () => {
    receiver.on('scan_completed', () => {}, { name: 'siem' });
    expect(registrationError('scan_failed', () => {}, { name: 'siem' })).toMatchObject({ option: 'name' });
  });

  it.each([0, -1, Number.NaN, 2 ** 31, '5', null])('on() rejects the timeout %j', (timeout) => {
    expect(registrationError('scan_completed', () => {}, { timeout }).option).toBe('timeout');
  });

  it.each(['', '  ', 5, null, {}])('on() rejects the name %j', (name) => {
    expect(registrationError('scan_completed', () => {}, { name }).option).toBe('name');
  });

  it.each([
    ['nmae', 'name'],
    ['Name', 'name'],
    ['timout', 'timeout'],
    ['timeoutMs', 'timeout'],
    ['retries', undefined],
  ])('on() rejects the unknown option %s, and suggests %s', (option, suggestion) => {
    const error = registrationError('scan_completed', () => {}, { [option]: 'siem' });
    expect(error.option).toBe(option);
    expect(error.message).toContain('Known: name, timeout.');
    expect(/Did you mean "(\w+)"/.exec(error.message)?.[1]).toBe(suggestion);
  });

  it.each([['siem'], [5], [null], [['siem']]])('on() rejects the options %j', (options) => {
    expect(registrationError('scan_completed', () => {}, options).option).toBe('handler');
  });

  it('onAny() and onUnhandled() reject unknown options, and do not register the handler', async () => {
    const newReceiver = createReceiver({ secret });
    const run = () => Promise.reject(new Error('never registered'));
    for (const register of [newReceiver.onAny, newReceiver.onUnhandled]) {
      expect(errorOf(() => Reflect.apply(register, newReceiver, [run, { nmae: 'siem' }])).option).toBe(
        'nmae',
      );
    }
    expect(await newReceiver.receive(await signedDelivery('scan_completed', { secret }))).toMatchObject({
      status: 'processed',
    });
  });

  it('onAny() accepts omitted options', () => {
    const newReceiver = createReceiver({ secret });
    for (const options of [undefined, {}, { name: undefined, timeout: undefined }]) {
      expect(() => Reflect.apply(newReceiver.onAny, newReceiver, [() => {}, options])).not.toThrow();
    }
  });
});

describe('memoryLog() and memoryQueue()', () => {
  it.each([
    ['capacity', () => memoryLog(0)],
    ['capacity', () => memoryLog(-1)],
    ['capacity', () => memoryLog(Number.NaN)],
    ['capacity', () => memoryLog(2 ** 31)],
    ['concurrency', () => memoryQueue({ concurrency: 0 })],
    ['maxAttempts', () => memoryQueue({ maxAttempts: -1 })],
    ['baseDelay', () => memoryQueue({ baseDelay: Number.NaN })],
    ['maxDelay', () => memoryQueue({ maxDelay: 0 })],
    ['capacity', () => memoryQueue({ capacity: 0 })],
  ])('memoryLog() and memoryQueue() reject an invalid %s', (option, create) => {
    expect(errorOf(create).option).toBe(option);
  });
});

it.each(['scan', 'finding'])(
  'events with %s selects the custom type of that name and the category',
  async (name) => {
    const receiver = createReceiver({ secret, events: [name], schemas: { [name]: z.object({}) } });
    const statusOf = async (type: string) =>
      (await receiver.receive(await signedDelivery(type, { secret, data: {} }))).status;
    expect(await statusOf(name)).toBe('processed');
    expect(await statusOf(name === 'scan' ? 'scan.archived' : 'high_risk_event')).toBe('processed');
    expect(await statusOf('module_error')).toBe('ignored');
  },
);

it('a secret in bytes is copied, so that the caller can overwrite the bytes', async () => {
  const bytes = Buffer.from(secret);
  const receiver = createReceiver({ secret: bytes });
  bytes.fill(0);
  for (const size of [10, 100_000]) {
    const delivery = await signedDelivery('scan_completed', { secret, data: { size: 'x'.repeat(size) } });
    expect(await receiver.receive(delivery)).toMatchObject({ status: 'processed' });
  }
});
