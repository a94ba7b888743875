/** Collects the chunks of a body. Its memory use is proportional to the size of the body. */
export interface BodyBuffer {
  /** Add a chunk. @returns `false` if the body would exceed the limit */
  add(chunk: Uint8Array): boolean;
  bytes(): Uint8Array;
}

/** The smallest capacity of the buffer, in bytes. */
const minCapacity = 4096;

/**
 * Create a buffer. The first chunk is kept without a copy, because most deliveries have only one. Further chunks are
 * copied into one buffer that grows. If each chunk were kept, a megabyte that is sent one byte at a time would use half a
 * gigabyte.
 * @param limit bytes
 */
export function createBodyBuffer(limit: number): BodyBuffer {
  let buffer: Uint8Array = new Uint8Array();
  let size = 0;
  return {
    add(chunk) {
      const next = size + chunk.byteLength;
      if (next > limit) return false;
      if (size === 0) {
        buffer = chunk;
      } else {
        if (buffer.byteLength < next) {
          buffer = grown(buffer, size, Math.min(limit, Math.max(minCapacity, next * 2)));
        }
        buffer.set(chunk, size);
      }
      size = next;
      return true;
    },
    bytes: () => (buffer.byteLength === size ? buffer : buffer.subarray(0, size)),
  };
}

function grown(bytes: Uint8Array, size: number, capacity: number): Uint8Array {
  const larger = new Uint8Array(capacity);
  larger.set(bytes.subarray(0, size));
  return larger;
}
