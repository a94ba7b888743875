import { createServer } from 'node:http';
import { openQueue } from '@spiderfoot-webhooks/bullmq';
import { createReceiver } from '@spiderfoot-webhooks/core';
import { signedDelivery } from '@spiderfoot-webhooks/core/testing';
import { afterAll, beforeAll, expect, it, onTestFinished } from 'vitest';
import { describeWithServer } from '../support/servers/describe-with-server.ts';
import { type RedisServer, redis, startRedis } from '../support/servers/redis.ts';
import { type Block, blocksOf, type Compiled, compile } from './support/readme.ts';

const readme = 'packages/bullmq/README.md';
const documented = 'redis://127.0.0.1:6379';
const secret = 'your-webhook-secret';

/** Find a block of the README by a text in it. */
function blockWith(text: string): Block {
  const block = blocksOf(readme).find(({ code }) => code.includes(text));
  if (block === undefined) throw new Error(`${readme} has no block with ${text}`);
  return block;
}

describeWithServer(redis, 'The README of the queue in Redis', () => {
  let server: RedisServer;
  let compiled: Compiled;

  /** A block that uses the Redis of the test, and exports its queue. */
  function prepared(text: string, mode: Block['mode']): Block {
    const { name, code } = blockWith(text);
    const connected = code.replace(documented, server.url);
    return { name, mode, code: `${connected}${mode === 'run' ? '' : 'export const store = queue;\n'}` };
  }

  const first = () => prepared('createReceiver', 'drive');
  const deadLetters = () => prepared('queue.replay', 'run');
  const dashboard = () => prepared('readOnlyMode', 'drive');

  beforeAll(async () => {
    server = await startRedis();
    compiled = await compile([first(), deadLetters(), dashboard()]);
  });
  afterAll(async () => {
    compiled?.remove();
    await server?.stop();
  });

  it('shows a receiver that accepts an event and handles it', async () => {
    const { lines, stderr, code } = await compiled.drive(first());
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
    expect(lines).toContain('outcome accepted');
    expect(lines.some((line) => line.endsWith(' example.com'))).toBe(true);
  });

  it('shows how to list dead letters and replay them', async () => {
    const queue = openQueue(server.url, { maxAttempts: 1 });
    onTestFinished(() => queue.close());
    const receiver = createReceiver({ secret, queue, endpoint: 'failing' }).onAny(() => {
      throw new Error('siem is down');
    });
    const isDead = new Promise((resolve) => receiver.onDeadLetter(resolve));
    await receiver.receive(await signedDelivery('scan_completed', { secret }));
    receiver.start();
    await isDead;
    await receiver.close();
    const { lines, stderr, code } = await compiled.run(deadLetters());
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
    expect(lines).toEqual([expect.stringMatching(/ failing .*siem is down/)]);
    expect(await queue.health()).toMatchObject({ waiting: 1, dead: 0 });
  });

  it('shows a dashboard that only reads', async () => {
    const { app, store } = await import(compiled.path(dashboard()));
    onTestFinished(() => store.close());
    const listening = createServer(app).listen(0, '127.0.0.1');
    onTestFinished(() => void listening.close());
    await new Promise((resolve) => listening.once('listening', resolve));
    const address = listening.address();
    const port = typeof address === 'object' ? address?.port : undefined;
    const response = await fetch(`http://127.0.0.1:${port}/queues/api/queues`);
    expect(await response.json()).toMatchObject({ queues: [{ name: 'default', readOnlyMode: true }] });
  });
});
