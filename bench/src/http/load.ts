import { type ChildProcess, fork } from 'node:child_process';
import { connect } from 'node:net';

/** A server in its own process. */
export interface Target {
  readonly name: string;
  readonly port: number;
  /** Microseconds of CPU time that its process has used. */
  cpu(): Promise<number>;
  stop(): void;
}

export async function startTarget(name: string): Promise<Target> {
  const child = fork(new URL('./server.ts', import.meta.url), [name]);
  const port = await nextValue(child, 'port');
  return {
    name,
    port,
    cpu() {
      child.send('cpu');
      return nextValue(child, 'cpu');
    },
    // The server deletes its temporary files before it exits.
    stop() {
      if (child.connected) child.disconnect();
    },
  };
}

/** Return the value in the server's next message. */
function nextValue(child: ChildProcess, key: 'port' | 'cpu'): Promise<number> {
  return new Promise((resolve, reject) => {
    const onExit = (code: number | null) => reject(new Error(`A server exited with code ${code}`));
    child.once('exit', onExit);
    child.once('message', (message) => {
      child.off('exit', onExit);
      const value: unknown = Object.entries(message).find(([name]) => name === key)?.[1];
      if (typeof value === 'number') resolve(value);
      else reject(new Error(`A server sent a message without ${key}: ${JSON.stringify(message)}`));
    });
  });
}

export interface LoadOptions {
  /** The number of connections that are open at a time. @default 16 */
  readonly connections?: number;
  /** The function appends the milliseconds of each request. */
  readonly latencies?: number[];
  /** Whether each request opens a connection, which the server closes after its response. @default false */
  readonly reconnects?: boolean;
}

/**
 * Send prepared requests. Each connection sends its next request when it has received the response to its last request.
 * The requests are prepared, because building them would take more CPU time than the measured servers use.
 * @param status the status that each response must have
 * @returns requests per second
 */
export async function requestRate(
  { port, name }: Pick<Target, 'port' | 'name'>,
  requests: readonly Uint8Array[],
  status: number,
  { connections = 16, latencies, reconnects = false }: LoadOptions = {},
): Promise<number> {
  let next = 0;
  const expected = `HTTP/1.1 ${status} `;
  const start = performance.now();
  await Promise.all(Array.from({ length: connections }, reconnects ? workReconnecting : work));
  return (requests.length / (performance.now() - start)) * 1000;

  async function workReconnecting(): Promise<void> {
    for (let request = requests[next++]; request !== undefined; request = requests[next++]) {
      const response = await exchange(port, request);
      if (!response.startsWith(expected)) throw new Error(`${name} responded with ${response}`);
    }
  }

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
        if (!isComplete(received)) return;
        if (!received.startsWith(expected)) reject(new Error(`${name} responded with ${received}`));
        received = '';
        latencies?.push(performance.now() - sent);
        send();
      });
    });
  }
}

/** Send a request on a connection of its own. @returns the response, when the server has closed the connection */
function exchange(port: number, request: Uint8Array): Promise<string> {
  return new Promise((resolve, reject) => {
    let received = '';
    const socket = connect({ port, host: '127.0.0.1', noDelay: true });
    socket
      .on('connect', () => socket.write(request))
      .on('data', (bytes) => {
        received += bytes.toString('latin1');
      })
      .on('error', reject)
      .on('close', () => resolve(received));
  });
}

/** Return whether a response is complete, by its length or by its last chunk. */
function isComplete(response: string): boolean {
  const end = response.indexOf('\r\n\r\n');
  if (end === -1) return false;
  const length = /\r\ncontent-length: (\d+)/i.exec(response)?.[1];
  return length === undefined
    ? response.endsWith('\r\n0\r\n\r\n') || response.endsWith('\r\n\r\n')
    : response.length >= end + 4 + Number(length);
}

/** Return the bytes of a request. */
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
