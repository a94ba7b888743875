/**
 * Return a value's bytes without copying them. Also accepts views from another realm, as in a test that runs in Jest.
 * @returns `undefined` if the value is not binary data
 */
export function toBytes(value: unknown): Uint8Array | undefined {
  if (value instanceof Uint8Array) return value;
  if (ArrayBuffer.isView(value)) return new Uint8Array(value.buffer, value.byteOffset, value.byteLength);
  return value instanceof ArrayBuffer ? new Uint8Array(value) : undefined;
}
