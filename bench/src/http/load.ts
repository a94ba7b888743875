import { type ChildProcess, fork } from 'node:child_process';
import { connect } from 'node:net';

/** A server in a process of its own. */
export interface Target {
  readonly name: string;
  readonly port: number;
  /** Microseconds that its process has spent on a processor. */
  cpu(): Promise<number>;
  stop(): void;
}

export async function startTarget(name: string): Promise<Target> {
  const child = fork(new URL('./server.js', import.meta.url), [name]);
  const port = await told(child, 'port');
  return {
    name,
    port,
    cpu() {
      child.send('cpu');
      return told(child, 'cpu');
    },
    stop: () => void child.kill(),
  };
}

/** The next thing that a server tells. */
function told(child: ChildProcess, what: 'port' | 'cpu'): Promise<number> {
  return new Promise((resolve, reject) => {
    const onExit = (code: number | null) => reject(new Error(`A server ended with ${code}`));
    child.once('exit', onExit);
    child.once('message', (message) => {
      child.off('exit', onExit);
      const value: unknown = Object.entries(message).find(([key]) => key === what)?.[1];
      if (typeof value === 'number') resolve(value);
      else reject(new Error(`A server told no ${what}: ${JSON.stringify(message)}`));
    });
  });
}

export interface LoadOptions {
  /** How many connections are open at a time. @default 16 */
  readonly connections?: number;
  /** Gets the milliseconds of each request. */
  readonly latencies?: number[];
}

/**
 * Sends requests that lie ready as bytes, each connection its next one when the answer to its last is there. A
 * client that made its requests as it goes would be busier than the servers that it measures.
 * @param status what each answer has to be
 * @returns requests per second
 */
export async function requestRate(
  { port, name }: Target,
  requests: readonly Uint8Array[],
  status: number,
  { connections = 16, latencies }: LoadOptions = {},
): Promise<number> {
  let next = 0;
  const expected = `HTTP/1.1 ${status} `;
  const start = performance.now();
  await Promise.all(Array.from({ length: connections }, work));
  return (requests.length / (performance.now() - start)) * 1000;

  function work(): Promise<void> {
    return new Promise((resolve, reject) => {
      const socket = connect({ port, host: '127.0.0.1', noDelay: true });
      let received = '';
      let sent = 0;
      const send = () => {
        const request = requests[next++];
        sent = performance.now();
        if (request !== undefined) return void socket.write(request);
        socket.destroy();
        resolve();
      };
      socket.on('connect', send).on('error', reject);
      socket.on('close', () => reject(new Error(`${name} closed a connection`)));
      socket.on('data', (bytes) => {
        received += bytes.toString('latin1');
        if (!isWhole(received)) return;
        if (!received.startsWith(expected)) reject(new Error(`${name} answered ${received}`));
        received = '';
        latencies?.push(performance.now() - sent);
        send();
      });
    });
  }
}

/** Whether an answer has come to its end: counted by its length, or by its last chunk. */
function isWhole(answer: string): boolean {
  const end = answer.indexOf('\r\n\r\n');
  if (end === -1) return false;
  const length = /\r\ncontent-length: (\d+)/i.exec(answer)?.[1];
  return length === undefined
    ? answer.endsWith('\r\n0\r\n\r\n') || answer.endsWith('\r\n\r\n')
    : answer.length >= end + 4 + Number(length);
}

/** A request as it goes over the wire. */
export function toRequest(body: Uint8Array, signature: string): Buffer {
  const head = [
    'POST /webhook HTTP/1.1',
    'Host: 127.0.0.1',
    'Content-Type: application/json',
    `Content-Length: ${body.byteLength}`,
    'User-Agent: SpiderFoot-Webhook/1.0',
    `X-SpiderFoot-Signature: sha256=${signature}`,
  ];
  return Buffer.concat([Buffer.from(`${head.join('\r\n')}\r\n\r\n`), body]);
}
