import type { Socket } from 'node:net';

/** Tracks which requests were pipelined behind a request whose response closes the connection. */
interface Pipelining {
  /** Return the position of the next request, in the order in which requests arrive. */
  nextPlace(): number;
  /** Mark the response to the request at this position as the last one on its connection. */
  endAt(socket: Socket, place: number): void;
  isBehindEnd(socket: Socket, place: number): boolean;
}

export function createPipelining(): Pipelining {
  let last = 0;
  const ends = new WeakMap<Socket, number>();
  /**
   * The connections that were marked in this turn of the event loop. Node emits all requests of one packet in one
   * turn.
   */
  const ending = new WeakSet<Socket>();
  return {
    nextPlace: () => ++last,
    endAt(socket, place) {
      ends.set(socket, Math.min(place, ends.get(socket) ?? place));
      if (ending.has(socket)) return;
      ending.add(socket);
      setImmediate(() => ending.delete(socket));
    },
    isBehindEnd(socket, place) {
      const end = ends.get(socket);
      if (end === undefined || place <= end) return false;
      // An app may keep the connection open with its own header. Later requests on it must then be processed.
      return ending.has(socket) || socket.writableEnded || socket.destroyed;
    },
  };
}
