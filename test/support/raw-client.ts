import { connect, type Socket } from 'node:net';

/** Milliseconds: long enough for a busy machine, and short enough to detect a hang. */
const timeout = 25_000;

/** Options of `vi.waitFor` for a state that is reached without an event to wait for. */
export const soon = { timeout, interval: 5 };

export interface RawResponse {
  readonly status: number;
  /** By lowercase name. Several values of one name are joined by `, `. */
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
}

type Bytes = string | Uint8Array;

/** One TCP connection that can send invalid HTTP. It closes its side only when a test calls a method that does. */
export class RawClient {
  readonly #socket: Socket;
  #received: Buffer = Buffer.alloc(0);
  #over = false;
  #wake: () => void = () => {};

  private constructor(socket: Socket) {
    this.#socket = socket;
    socket.on('data', (chunk: Buffer) => {
      this.#received = Buffer.concat([this.#received, chunk]);
      this.#wake();
    });
    const finish = () => {
      this.#over = true;
      this.#wake();
    };
    // A reset counts as a normal end: tests check whether a response arrived before it.
    socket.on('end', finish).on('close', finish).on('error', finish);
  }

  static connect(port: number): Promise<RawClient> {
    return new Promise((resolve, reject) => {
      const socket = connect({ port, host: '127.0.0.1', allowHalfOpen: true, noDelay: true });
      socket.once('error', reject);
      socket.once('connect', () => {
        socket.off('error', reject);
        resolve(new RawClient(socket));
      });
    });
  }

  /** Resolves when the operating system has accepted the bytes, or never will. */
  write(bytes: Bytes): Promise<void> {
    return bounded(new Promise((resolve) => this.#socket.write(bytes, () => resolve())), 'write');
  }

  /** Reads nothing until {@link resume}. */
  pause(): void {
    this.#socket.pause();
  }

  resume(): void {
    this.#socket.resume();
  }

  /** Sends FIN and continues to read. */
  end(): void {
    this.#socket.end();
  }

  /** Sends RST, like a client that crashes or disconnects. */
  reset(): void {
    this.#socket.resetAndDestroy();
  }

  /** The next response on this connection. @throws Error if none arrives before the end of the connection or in time */
  async response({ head = false } = {}): Promise<RawResponse> {
    const parsed = await this.#until(() => parseResponse(this.#received, this.#over, head), 'response');
    if (parsed === undefined) throw new Error(`Closed without a response, after ${this.#received.length} B`);
    this.#received = this.#received.subarray(parsed.length);
    return parsed.response;
  }

  /** The remaining bytes before the server closed the connection. */
  async rest(): Promise<string> {
    await this.#until(() => (this.#over ? true : undefined), 'end of the connection');
    return this.#received.toString('latin1');
  }

  destroy(): void {
    this.#socket.destroy();
  }

  async #until<Value>(read: () => Value | undefined, awaited: string): Promise<Value | undefined> {
    const deadline = performance.now() + timeout;
    for (;;) {
      const value = read();
      if (value !== undefined || this.#over) return value;
      const left = deadline - performance.now();
      if (left <= 0) throw new Error(`Hangs: no ${awaited} within ${timeout} ms`);
      await new Promise<void>((resolve) => {
        const timer = setTimeout(resolve, left);
        this.#wake = () => {
          clearTimeout(timer);
          resolve();
        };
      });
    }
  }
}

/** Rejects if the promise takes too long, so that a test fails instead of hanging. */
export async function bounded<Value>(promise: Promise<Value>, action: string): Promise<Value> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<never>((_, reject) => {
    timer = setTimeout(() => reject(new Error(`Hangs: ${action} took more than ${timeout} ms`)), timeout);
  });
  return Promise.race([promise, late]).finally(() => clearTimeout(timer));
}

interface Parsed {
  readonly response: RawResponse;
  /** The number of parsed bytes. */
  readonly length: number;
}

function parseResponse(bytes: Buffer, over: boolean, head: boolean): Parsed | undefined {
  const headEnd = bytes.indexOf('\r\n\r\n');
  if (headEnd === -1) return undefined;
  const [statusLine = '', ...lines] = bytes.subarray(0, headEnd).toString('latin1').split('\r\n');
  const status = Number(/^HTTP\/1\.[01] (\d{3})(?: |$)/.exec(statusLine)?.[1]);
  if (Number.isNaN(status)) throw new Error(`Not an HTTP response: ${JSON.stringify(statusLine)}`);
  const headers: Record<string, string> = {};
  for (const line of lines) {
    const colon = line.indexOf(':');
    const name = line.slice(0, colon).toLowerCase();
    const value = line.slice(colon + 1).trim();
    headers[name] = headers[name] === undefined ? value : `${headers[name]}, ${value}`;
  }
  const start = headEnd + 4;
  const body = head || status < 200 ? { text: '', end: start } : parseBody(bytes, start, headers, over);
  return body && { response: { status, headers, body: body.text }, length: body.end };
}

function parseBody(bytes: Buffer, start: number, headers: Readonly<Record<string, string>>, over: boolean) {
  if (headers['transfer-encoding'] === 'chunked') return parseChunks(bytes, start);
  const declared = headers['content-length'];
  if (declared === undefined && !over) return undefined;
  const end = declared === undefined ? bytes.length : start + Number(declared);
  return bytes.length < end ? undefined : { text: bytes.toString('utf8', start, end), end };
}

function parseChunks(bytes: Buffer, start: number) {
  const parts: Buffer[] = [];
  for (let at = start; ; ) {
    const lineEnd = bytes.indexOf('\r\n', at);
    if (lineEnd === -1) return undefined;
    const size = Number.parseInt(bytes.toString('latin1', at, lineEnd), 16);
    at = lineEnd + 2 + size + 2;
    if (bytes.length < at) return undefined;
    if (size === 0) return { text: Buffer.concat(parts).toString('utf8'), end: at };
    parts.push(bytes.subarray(lineEnd + 2, lineEnd + 2 + size));
  }
}
