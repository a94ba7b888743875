import { once } from 'node:events';
import { connect } from 'node:net';
import { expect, it, onTestFinished } from 'vitest';
import { describeWithServer, findProgram, requireProgram } from './describe-with-server.ts';
import { type RedisServer, redis, startRedis } from './redis.ts';

/** Send a command on a new connection. @returns the reply, as Redis writes it */
async function send({ port }: RedisServer, command: string): Promise<string> {
  const socket = connect(port, '127.0.0.1').setEncoding('utf8');
  onTestFinished(() => void socket.destroy());
  socket.write(`${command}\r\n`);
  const [reply]: string[] = await once(socket, 'data');
  return reply ?? '';
}

describeWithServer(redis, 'startRedis', () => {
  it('keeps the data of a server that is killed and restarted, and deletes them when it is stopped', async () => {
    const server = await startRedis();
    onTestFinished(() => server.stop());
    await send(server, 'SET key value');
    await server.kill();
    await server.restart();
    expect(await send(server, 'GET key')).toBe('$5\r\nvalue\r\n');
    await server.stop();
    await expect(send(server, 'PING')).rejects.toMatchObject({ code: 'ECONNREFUSED' });
  });

  it('answers nothing while the server is paused', async () => {
    const server = await startRedis();
    onTestFinished(() => server.stop());
    server.pause();
    let isAnswered = false;
    const reply = send(server, 'PING').finally(() => {
      isAnswered = true;
    });
    await new Promise((resolve) => setTimeout(resolve, 200));
    expect(isAnswered).toBe(false);
    server.resume();
    expect(await reply).toBe('+PONG\r\n');
  });

  it('starts a replica that has the data of its primary', async () => {
    const primary = await startRedis();
    onTestFinished(() => primary.stop());
    await send(primary, 'SET key value');
    const replica = await startRedis({ replicaOf: primary, settings: { appendonly: 'no' } });
    onTestFinished(() => replica.stop());
    expect(await send(replica, 'GET key')).toBe('$5\r\nvalue\r\n');
    expect(await send(replica, 'SET key other')).toContain('READONLY');
  });
});

it('names the package of a server that is not installed', () => {
  const server = { program: 'no-such-server', install: 'no-such-package' };
  expect(findProgram(server)).toBeUndefined();
  expect(() => requireProgram(server)).toThrow('apt-get install no-such-package');
});
