import { EventEmitter } from 'node:events';
import type { Socket } from 'node:net';

const bySocket = new WeakMap<Socket, Set<() => void>>();

/**
 * Call a function when a connection closes. The `close` event of the response is not enough: before Node 24, a
 * response that is queued behind another on the same connection does not emit it. All requests of a connection share
 * one listener, because an emitter warns about more than ten.
 * @returns a function that removes the listener
 */
export function onSocketClose(socket: Socket, listener: () => void): () => void {
  // Platforms that call an app without a server pass a plain object as the socket.
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
