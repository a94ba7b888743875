import { describe, expect, it } from 'vitest';
import * as z from 'zod';
import { ConfigurationError, createReceiver } from '../../src/index.ts';
import { serve } from '../../src/node/index.ts';
import { signedDelivery } from '../../src/testing/index.ts';

const secret = 'serve-s3cret';

async function codeOf(receiver: Pick<ReturnType<typeof createReceiver>, 'receive'>): Promise<unknown> {
  const outcome = await receiver.receive(await signedDelivery('scan_completed', { secret }));
  return outcome.status === 'rejected' ? outcome.code : outcome.status;
}

describe('serve() with several receivers', () => {
  it('closes all of them, including those with schemas, even if one fails to close', async () => {
    const plain = createReceiver({ secret });
    const withSchemas = createReceiver({
      secret,
      schemas: { 'asset.found': z.object({ floor: z.number() }) },
    });
    const fault = new Error('The store is down');
    const failing = { ready: async () => {}, start: () => {}, close: () => Promise.reject(fault) };
    const served = await serve(() => {}, [failing, plain, withSchemas], { port: 0 });
    expect(await codeOf(plain)).toBe('processed');
    await expect(served.close()).rejects.toBe(fault);
    expect([await codeOf(plain), await codeOf(withSchemas)]).toEqual(['shutting_down', 'shutting_down']);
    served.server.closeAllConnections();
  });

  it.each([[undefined], [null], [{}], [[undefined]], [[{ close: true }]]])(
    'rejects %j at startup and names the option "receiver"',
    async (receivers) => {
      const serving: unknown = Reflect.apply(serve, undefined, [() => {}, receivers, { port: 0 }]);
      await expect(serving).rejects.toThrow(ConfigurationError);
      await expect(serving).rejects.toMatchObject({ option: 'receiver' });
    },
  );
});
