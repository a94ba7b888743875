import { setImmediate } from 'node:timers/promises';
import { describe, expect, it, vi } from 'vitest';
import { ConfigurationError, createReceiver } from '../../src/index.ts';
import { serve } from '../../src/node/index.ts';

const receiver = { ready: async () => {}, start() {}, close: async () => {} };

const unusable: Readonly<Record<string, readonly unknown[]>> = {
  maxConnections: [0, -1, 1.5, Number.NaN, Number.POSITIVE_INFINITY, '100', null],
  keepAliveTimeout: [0, -1, Number.NaN, 2 ** 31, '65s', null],
  grace: [0, -1, Number.NaN, 2 ** 31, '20s', null],
  logger: [null, {}, { warn() {} }, 'console'],
};
const cases = Object.entries(unusable).flatMap(([option, values]) =>
  values.map((value) => [option, value] as const),
);

describe('serve()', () => {
  it.each(cases)('rejects %s: %j before it listens', async (option, value) => {
    const error = await serve(() => {}, receiver, { port: 0, [option]: value }).catch(
      (cause: unknown) => cause,
    );
    expect(error).toBeInstanceOf(ConfigurationError);
    expect(error).toMatchObject({ option });
  });

  it('rejects with the error of a store that cannot be used, and starts no workers', async () => {
    const fault = new Error('The database refuses the connection');
    const start = vi.fn();
    const log = { record: async () => undefined, ready: () => Promise.reject(fault) };
    const logged = createReceiver({ secret: 'serve-s3cret', log });
    await expect(serve(() => {}, [receiver, { ...logged, start }], { port: 0 })).rejects.toBe(fault);
    expect(start).not.toHaveBeenCalled();
  });

  it('waits until the queue can be used before it listens', async () => {
    const steps: string[] = [];
    const queue = {
      enqueue: async () => 'accepted' as const,
      async ready() {
        await setImmediate();
        steps.push('ready');
      },
      start() {
        steps.push('start');
        return { close: async () => {} };
      },
    };
    const { close } = await serve(() => {}, createReceiver({ secret: 'serve-s3cret', queue }), { port: 0 });
    await close();
    expect(steps).toEqual(['ready', 'start']);
  });
});
