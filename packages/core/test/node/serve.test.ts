import { describe, expect, it } from 'vitest';
import { ConfigurationError } from '../../src/index.ts';
import { serve } from '../../src/node/index.ts';

const receiver = { start() {}, close: async () => {} };

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
});
