import type { IncomingMessage } from 'node:http';
import type { Socket } from 'node:net';
import { createBodyBuffer } from '../body-buffer.ts';
import type { BodyRead } from '../delivery.ts';
import { deadlinesOf } from './deadlines.ts';
import { chunkBytes, hasLostBytes } from './stream-bytes.ts';

/**
 * Return how far a request's body has been read, by this or another reader. Node also marks a stream as destroyed
 * once it has been read to its end.
 */
export function readState(req: IncomingMessage): 'unread' | 'reading' | 'read' | 'aborted' {
  const isBegun = req.readableDidRead || req.readableEnded;
  if (req.readableEnded || (isBegun && req.destroyed && req.complete)) return 'read';
  if (req.destroyed) return 'aborted';
  return isBegun ? 'reading' : 'unread';
}

/** Read a request's body. express.raw() is not used because it is slower: 180 µs instead of 137. */
export function readBody(req: IncomingMessage, limit: number, timeout: number): Promise<BodyRead> {
  const state = readState(req);
  // The sender may have sent its complete body and closed the connection while the receiver waited for the rate limiter.
  if (state === 'aborted') return Promise.resolve('request_aborted');
  if (state === 'read' && req.headers['content-length'] === '0') return Promise.resolve(new Uint8Array());
  // Waiting for a body that has already been read would hang until the sender closes the connection.
  if (state !== 'unread') return Promise.resolve('body_already_parsed');
  const collector = createBodyBuffer(limit);
  return untilEnd(req, timeout, (chunk) => {
    const bytes = chunkBytes(req, chunk);
    if (bytes === undefined) return 'body_already_parsed';
    return collector.add(bytes) ? undefined : 'body_too_large';
  }).then((failure) => {
    if (failure !== undefined) return failure;
    const bytes = collector.bytes();
    return hasLostBytes(req, bytes.byteLength) ? 'body_already_parsed' : bytes;
  });
}

type Failure = Exclude<BodyRead, Uint8Array>;

/**
 * Wait for the end of the request's body.
 * @param onChunk called with each chunk that is read from now on. If it returns a code, the wait ends
 */
export function untilEnd(
  req: IncomingMessage,
  timeout: number,
  onChunk: (chunk: unknown) => Failure | undefined,
): Promise<Failure | undefined> {
  return new Promise((resolve) => {
    let settled = false;
    const deadlines = deadlinesOf(timeout);
    const wait = deadlines.begin(() => settle('body_timeout'));

    function onData(chunk: unknown): void {
      if (settled) return;
      try {
        const failure = onChunk(chunk);
        if (failure !== undefined) settle(failure);
      } catch {
        // Reading a detached buffer throws, for example. In a listener of the stream, an error would end the process.
        settle('body_already_parsed');
      }
    }
    function settle(failure: Failure | undefined): void {
      settled = true;
      deadlines.end(wait);
      resolve(failure);
    }
    // The listeners are not removed, because every request closes eventually. An app may have patched the request's
    // methods so that they return nothing or throw. So no call is chained to another, and none is made in a timer, because
    // nothing would catch its error there.
    req.on('data', onData);
    req.on('end', () => settle(undefined));
    req.on('error', () => settle('request_aborted'));
    req.on('close', () => settle('request_aborted'));
    // A middleware that has paused the stream expects the next reader to resume it.
    if (req.isPaused()) req.resume();
    // Another reader may pause the stream, as an unread fetch request does. That would stop this reader.
    if (req.listenerCount('data') > 1) req.on('pause', () => queueMicrotask(() => settled || req.resume()));
  });
}

/**
 * Read and discard the rest of the body, so that a sender that is still writing can read the response. Closing the
 * connection at once would reset it. A sender that writes for longer than `timeout` is disconnected.
 * @returns a promise, on a runtime that must not respond before the body has been read
 */
export function discardBody(req: IncomingMessage, timeout: number): void | Promise<void> {
  if (req.complete || req.destroyed) return;
  // Without a listener, destroying the request would throw an uncaught error.
  req.once('error', () => {});
  req.resume();
  if (isBun) return ended(req, timeout);
  const timer = setTimeout(() => req.destroy(), timeout).unref();
  req.once('close', () => clearTimeout(timer));
  req.once('end', () => clearTimeout(timer));
  // In HTTP/2, many requests share a socket, so it must not be changed.
  if (req.httpVersionMajor === 1) keepOpenForBody(req);
}

/** Bun closes the connection of a rejected request together with the response, and has no `destroySoon` to delay it. */
const isBun = 'bun' in process.versions;

function ended(req: IncomingMessage, timeout: number): Promise<void> {
  return new Promise((resolve) => {
    const timer = setTimeout(resolve, timeout);
    const end = () => {
      clearTimeout(timer);
      resolve();
    };
    req.once('end', end);
    req.once('close', end);
  });
}

/** For each socket, the last request whose body is discarded. */
const discarded = new WeakMap<Socket, IncomingMessage>();

/**
 * Keep a socket open until the body has been read. Node destroys a socket as soon as it has responded to a request with
 * `Connection: close`, which Python's urllib always sends. A sender that is still writing would get a reset instead of the
 * response. So only our half of the connection is closed until the complete body has arrived.
 */
function keepOpenForBody(req: IncomingMessage): void {
  const { socket } = req;
  const isFirst = !discarded.has(socket);
  discarded.set(socket, req);
  if (!isFirst) return;
  const destroySoon = socket.destroySoon.bind(socket);
  socket.destroySoon = () => {
    const last = discarded.get(socket);
    if (last === undefined || last.readableEnded || last.destroyed) return destroySoon();
    last.once('end', destroySoon);
    socket.end();
  };
}
