import { EventEmitter } from 'node:events';
import type { Socket } from 'node:net';

const bySocket = new WeakMap<Socket, Set<() => void>>();

/**
 * Calls a function when a connection closes. A response alone cannot tell: one that is queued behind another on the same
 * connection emits no `close` before Node 24. All requests of a connection share one listener, because an emitter warns
 * about more than ten.
 * @returns what takes the listener off again
 */
export function onSocketClose(socket: Socket, listener: () => void): () => void {
  // Platforms that call an app without a server give it a socket that is only a plain object.
  if (!(socket instanceof EventEmitter)) return () => {};
  if (socket.closed) {
    queueMicrotask(listener);
    return () => {};
  }
  const listeners = bySocket.get(socket) ?? listenTo(socket);
  listeners.add(listener);
  return () => void listeners.delete(listener);
}

function listenTo(socket: Socket): Set<() => void> {
  const listeners = new Set<() => void>();
  bySocket.set(socket, listeners);
  socket.once('close', () => {
    for (const listener of listeners) listener();
  });
  return listeners;
}
