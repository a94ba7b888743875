import { describe, expect, it } from 'vitest';
import * as z from 'zod';
import { ConfigurationError, createReceiver } from '../../src/index.ts';
import { memoryLog, memoryQueue } from '../../src/stores/index.ts';
import { signedDelivery } from '../../src/testing/index.ts';

const secret = 'options-s3cret';

/** Options that no compiler lets through, as plain JavaScript may give them. */
function createUnchecked(options: unknown): unknown {
  return Reflect.apply(createReceiver, undefined, [options]);
}

function errorOf(create: () => unknown): ConfigurationError {
  try {
    create();
  } catch (error) {
    if (error instanceof ConfigurationError) return error;
    throw error;
  }
  throw new Error('No error was thrown');
}

describe('createReceiver rejects at start-up, and names the option', () => {
  it.each(['', ['good', ''], new Uint8Array()])('says what to do about the empty secret %j', (empty) => {
    const { message } = errorOf(() => createUnchecked({ secret: empty }));
    expect(message).toContain('Check that its environment variable or file is set');
  });

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
    // What zod 3 made.
    ['schemas', { secret, schemas: { own: { safeParse() {} } } }],
    ['rateLimiter', { secret, rateLimiter: {} }],
    ['schemas', { secret, schemas: { own: {} } }],
    ['log', { secret, log: {} }],
    ['queue', { secret, queue: { enqueue() {} } }],
    ['logger', { secret, logger: { info() {} } }],
    ['now', { secret, now: 5 }],
  ])('%s in %j', (option, options) => {
    const error = errorOf(() => createUnchecked(options));
    expect(error.option).toBe(option);
    expect(error.message).toContain(`"${option}"`);
  });

  it.each([[undefined], [null], ['secret']])('options that are %j', (options) => {
    expect(errorOf(() => createUnchecked(options)).option).toBe('secret');
  });

  it('an option that it does not know, and says which was meant', () => {
    const error = errorOf(() => createUnchecked({ secret, allowedIPs: ['127.0.0.1'] }));
    expect(error.option).toBe('allowedIPs');
    expect(error.message).toContain('Did you mean "allowedIps"?');
  });

  it('an event that it does not know, and says which was meant', () => {
    const error = errorOf(() => createUnchecked({ secret, events: ['scan_complete'] }));
    expect(error.message).toContain('Did you mean "scan_completed"?');
  });

  it('without telling the secret', () => {
    for (const bad of ['hush-hush\n', ' hush-hush']) {
      expect(errorOf(() => createReceiver({ secret: bad })).message).not.toContain('hush');
    }
  });
});

describe('createReceiver takes', () => {
  it.each([
    { secret: false },
    { secret: Buffer.from('bytes') },
    { secret: ['new', 'old', new Uint8Array([1])] },
    { secret: 'with inner space' },
    { secret, events: 'all' },
    { secret, events: ['scan_completed', 'scan.complete', 'correlation_found', 'scan.*', 'finding', 'scan'] },
    { secret, signatureHeader: ['X-SpiderFoot-Signature', 'X-Signature-256'] },
    { secret, allowedIps: ['loopback', '10.0.0.0/8', '::1'], trustedProxies: ['private'] },
    { secret, log: memoryLog(), queue: memoryQueue(), logger: console },
    { secret, tolerance: undefined, log: undefined },
  ])('%o', (options) => {
    expect(() => createUnchecked(options)).not.toThrow();
  });
});

describe('a handler is rejected at start-up', () => {
  const receiver = createReceiver({ secret });
  const add = (...args: unknown[]) => errorOf(() => Reflect.apply(receiver.on, receiver, args));

  it('for a type that nobody knows, and says which was meant', () => {
    const error = add('scan_complete', () => {});
    expect(error).toMatchObject({ option: 'type' });
    expect(error.message).toContain('Did you mean "scan_completed"?');
    expect(add(['scan_completed', 'nobody.knows'], () => {}).message).toContain('"nobody.knows"');
  });

  it('where it is no function', () => {
    expect(add('scan_completed', 'handler').option).toBe('handler');
  });

  it('under a name that is taken', () => {
    receiver.on('scan_completed', () => {}, { name: 'siem' });
    expect(add('scan_failed', () => {}, { name: 'siem' })).toMatchObject({ option: 'name' });
  });

  it.each([0, -1, Number.NaN, 2 ** 31, '5', null])('with a timeout of %j', (timeout) => {
    expect(add('scan_completed', () => {}, { timeout }).option).toBe('timeout');
  });

  it.each(['', '  ', 5, null, {}])('with a name of %j', (name) => {
    expect(add('scan_completed', () => {}, { name }).option).toBe('name');
  });

  it.each([
    ['nmae', 'name'],
    ['Name', 'name'],
    ['timout', 'timeout'],
    ['timeoutMs', 'timeout'],
    ['retries', undefined],
  ])('with the unknown option %s', (option, meant) => {
    const error = add('scan_completed', () => {}, { [option]: 'siem' });
    expect(error.option).toBe(option);
    expect(error.message).toContain('Known: name, timeout.');
    expect(/Did you mean "(\w+)"/.exec(error.message)?.[1]).toBe(meant);
  });

  it.each([['siem'], [5], [null], [['siem']]])('with options that are %j', (options) => {
    expect(add('scan_completed', () => {}, options).option).toBe('handler');
  });

  it('by onAny and onUnhandled as well, without registering the handler', async () => {
    const other = createReceiver({ secret });
    const run = () => Promise.reject(new Error('never registered'));
    for (const register of [other.onAny, other.onUnhandled]) {
      expect(errorOf(() => Reflect.apply(register, other, [run, { nmae: 'siem' }])).option).toBe('nmae');
    }
    expect(await other.receive(await signedDelivery('scan_completed', { secret }))).toMatchObject({
      status: 'processed',
    });
  });

  it('not for omitted options', () => {
    const other = createReceiver({ secret });
    for (const options of [undefined, {}, { name: undefined, timeout: undefined }]) {
      expect(() => Reflect.apply(other.onAny, other, [() => {}, options])).not.toThrow();
    }
  });
});

describe('the stores in memory reject', () => {
  it.each([
    ['capacity', () => memoryLog(0)],
    ['concurrency', () => memoryQueue({ concurrency: 0 })],
    ['maxAttempts', () => memoryQueue({ maxAttempts: -1 })],
    ['baseDelay', () => memoryQueue({ baseDelay: Number.NaN })],
    ['maxDelay', () => memoryQueue({ maxDelay: 0 })],
    ['capacity', () => memoryQueue({ capacity: 0 })],
  ])('a bad %s', (option, create) => {
    expect(errorOf(create).option).toBe(option);
  });
});

it.each(['scan', 'finding'])(
  'events: %s takes a type of that very name as well as its category',
  async (name) => {
    const receiver = createReceiver({ secret, events: [name], schemas: { [name]: z.object({}) } });
    const statusOf = async (type: string) =>
      (await receiver.receive(await signedDelivery(type, { secret, data: {} }))).status;
    expect(await statusOf(name)).toBe('processed');
    expect(await statusOf(name === 'scan' ? 'scan.archived' : 'high_risk_event')).toBe('processed');
    expect(await statusOf('module_error')).toBe('ignored');
  },
);

it('a secret in bytes that its owner wipes afterwards stays what it was', async () => {
  const bytes = Buffer.from(secret);
  const receiver = createReceiver({ secret: bytes });
  bytes.fill(0);
  for (const size of [10, 100_000]) {
    const delivery = await signedDelivery('scan_completed', { secret, data: { size: 'x'.repeat(size) } });
    expect(await receiver.receive(delivery)).toMatchObject({ status: 'processed' });
  }
});
