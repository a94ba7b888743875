import { Redis } from 'ioredis';
import { expect, it, onTestFinished, vi } from 'vitest';
import { describeWithServer } from '../../../test/support/servers/describe-with-server.ts';
import { freePort } from '../../../test/support/servers/free-port.ts';
import { redis } from '../../../test/support/servers/redis.ts';
import { openQueue, type WebhookQueueOptions } from '../src/index.ts';
import { createDelivery } from './support/deliveries.ts';
import { queueForTest, redisForTest } from './support/redis.ts';
import { until } from './support/until.ts';

const wrongServers: readonly {
  readonly settings: Readonly<Record<string, string>>;
  readonly options?: WebhookQueueOptions;
  readonly option: string;
}[] = [
  { settings: { appendonly: 'no' }, option: 'durability' },
  { settings: { appendonly: 'no' }, options: { durability: 'everysec' }, option: 'durability' },
  { settings: { appendfsync: 'everysec' }, option: 'durability' },
  { settings: { 'no-appendfsync-on-rewrite': 'yes' }, option: 'durability' },
  { settings: { appendfsync: 'no' }, options: { durability: 'everysec' }, option: 'durability' },
  { settings: { 'maxmemory-policy': 'allkeys-lru' }, option: 'redis' },
  {
    settings: { 'maxmemory-policy': 'volatile-ttl' },
    options: { durability: 'unchecked' },
    option: 'redis',
  },
];

const rightServers: readonly (readonly [Readonly<Record<string, string>>, WebhookQueueOptions])[] = [
  [{}, {}],
  [{}, { durability: 'everysec' }],
  [{ appendfsync: 'everysec' }, { durability: 'everysec' }],
  [{ appendonly: 'no' }, { durability: 'unchecked' }],
];

describeWithServer(redis, 'ready() of a queue in Redis', () => {
  it.each(wrongServers)(
    'rejects, and so does enqueue(), with the option $option for $settings and $options',
    async ({ settings, options = {}, option }) => {
      const queue = queueForTest(await redisForTest({ settings }), options);
      const expected = { name: 'ConfigurationError', option };
      await expect(queue.ready()).rejects.toMatchObject(expected);
      await expect(queue.enqueue(createDelivery())).rejects.toMatchObject(expected);
      expect((await queue.health()).ready).toBe(false);
    },
  );

  it.each(rightServers)('resolves for %j and %j', async (settings, options) => {
    const queue = queueForTest(await redisForTest({ settings }), options);
    await queue.ready();
    expect(await queue.enqueue(createDelivery())).toBe('accepted');
    expect(await queue.health()).toMatchObject({ ready: true, waiting: 1 });
  });

  it('rejects for a replica, which cannot be written', async () => {
    const primary = await redisForTest();
    const queue = queueForTest(await redisForTest({ replicaOf: primary }));
    await expect(queue.ready()).rejects.toMatchObject({ option: 'redis' });
  });

  it.each([
    { forbidden: '-config', options: {}, warns: true, option: undefined },
    { forbidden: '-info', options: {}, warns: false, option: 'durability' },
    { forbidden: '-info', options: { durability: 'unchecked' as const }, warns: true, option: undefined },
  ])('with the ACL "$forbidden" and $options, warns: $warns, names the option: $option', async (given) => {
    const user = `app on >secret ~* &* +@all ${given.forbidden}`;
    const { port } = await redisForTest({ settings: { user } });
    const logger = { error: vi.fn(), warn: vi.fn() };
    const url = `redis://app:secret@127.0.0.1:${port}`;
    const queue = queueForTest({ url }, { ...given.options, logger });
    if (given.option === undefined) {
      await queue.ready();
      expect(await queue.enqueue(createDelivery())).toBe('accepted');
    } else await expect(queue.ready()).rejects.toMatchObject({ option: given.option });
    expect(logger.warn.mock.calls.length > 0).toBe(given.warns);
  });

  it('rejects after the patience if no server listens, and names the reason', async () => {
    const queue = openQueue(`redis://127.0.0.1:${await freePort()}`, { patience: 300 });
    onTestFinished(() => queue.close());
    const expected = { name: 'QueueError', message: expect.stringContaining('ECONNREFUSED') };
    await expect(queue.ready()).rejects.toMatchObject(expected);
    await expect(queue.enqueue(createDelivery())).rejects.toMatchObject({ name: 'QueueError' });
  });

  it('waits for a server that is still starting', async () => {
    const server = await redisForTest();
    await server.kill();
    const queue = queueForTest(server, { patience: 60_000 });
    const [ready, stored] = [queue.ready(), queue.enqueue(createDelivery())];
    await server.restart();
    await ready;
    expect(await stored).toBe('accepted');
  });

  it('checks again after a reconnection, and accepts deliveries when the server is corrected', async () => {
    const server = await redisForTest();
    const queue = queueForTest(server);
    await queue.ready();
    const admin = new Redis(server.url);
    onTestFinished(() => admin.disconnect());
    await admin.config('SET', 'appendfsync', 'no');
    await admin.call('CLIENT', 'KILL', 'TYPE', 'normal', 'SKIPME', 'yes');
    const enqueue = () => queue.enqueue(createDelivery()).then(String, (error) => error.option);
    await until('it refuses deliveries', async () => (await enqueue()) === 'durability');
    await admin.config('SET', 'appendfsync', 'always');
    await until('it accepts deliveries', async () => (await enqueue()) === 'accepted');
  });

  it('openQueue() rejects a URL of another protocol, and ioredis options with a keyPrefix', () => {
    const wrong = expect.objectContaining({ option: 'redis' });
    expect(() => openQueue('http://127.0.0.1')).toThrow(wrong);
    expect(() => openQueue({ keyPrefix: 'x' })).toThrow(wrong);
  });

  it.each([
    ['prefix', ''],
    ['durability', 'sometimes'],
    ['memoryLimit', 1.5],
    ['replicas', -1],
    ['patience', 2 ** 31],
    ['dedupeTtl', 0],
    ['keepDead', 1],
    ['keepProcessed', { count: 1 }],
    ['keepProcessed', { maxAge: 0.5 }],
    ['concurrency', 0],
    ['pollInterval', 1],
    ['color', 'red'],
  ])('openQueue() rejects the option %s with the value %j', (name, value) => {
    const open = () => openQueue('redis://127.0.0.1', Object.assign({}, { [name]: value }));
    expect(open).toThrow(expect.objectContaining({ option: expect.stringContaining(name) }));
  });

  it('closes a queue whose server does not answer', async () => {
    const server = await redisForTest();
    const queue = queueForTest(server, { closeTimeout: 100 });
    await queue.ready();
    queue.start('default', () => new Promise(() => {}));
    await queue.enqueue(createDelivery());
    await until('it runs', async () => (await queue.health()).running === 1);
    server.pause();
    onTestFinished(() => server.resume());
    await queue.close();
    await expect(queue.enqueue(createDelivery())).rejects.toMatchObject({ name: 'QueueError' });
    expect(() => queue.start('default', () => new Promise(() => {}))).toThrow('closed');
  });
});
