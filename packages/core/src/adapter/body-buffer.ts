/** Gathers a body out of its chunks, in memory that the body's own size bounds. */
export interface BodyBuffer {
  /** Whether the chunk still fits. */
  add(chunk: Uint8Array): boolean;
  bytes(): Uint8Array;
}

const least = 4096;

/**
 * The first chunk is kept as it came, which for most deliveries is all. Further ones are copied into one buffer that
 * grows: kept one by one, a megabyte that is sent a byte at a time would take half a gigabyte.
 * @param limit bytes
 */
export function createBodyBuffer(limit: number): BodyBuffer {
  let whole: Uint8Array = new Uint8Array();
  let size = 0;
  return {
    add(chunk) {
      const next = size + chunk.byteLength;
      if (next > limit) return false;
      if (size === 0) {
        whole = chunk;
      } else {
        if (whole.byteLength < next) whole = grown(whole, size, Math.min(limit, Math.max(least, next * 2)));
        whole.set(chunk, size);
      }
      size = next;
      return true;
    },
    bytes: () => (whole.byteLength === size ? whole : whole.subarray(0, size)),
  };
}

function grown(bytes: Uint8Array, size: number, capacity: number): Uint8Array {
  const larger = new Uint8Array(capacity);
  larger.set(bytes.subarray(0, size));
  return larger;
}
