import type { Socket } from 'node:net';

/** Knows which requests were pipelined behind one whose answer closes their connection. */
interface Pipelining {
  /** The place of the next request, in the order in which requests arrive. */
  nextPlace(): number;
  /** The answer to the request at this place is the last one on its connection. */
  endAt(socket: Socket, place: number): void;
  isBehindEnd(socket: Socket, place: number): boolean;
}

export function createPipelining(): Pipelining {
  let last = 0;
  const ends = new WeakMap<Socket, number>();
  /** Those whose end was decided in this turn of the event loop: Node hands over all requests of one packet at once. */
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
      // An app may keep the connection open all the same, by a header of its own. A later request on it then counts.
      return ending.has(socket) || socket.writableEnded || socket.destroyed;
    },
  };
}
