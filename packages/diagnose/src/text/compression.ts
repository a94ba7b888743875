import { brotliCompressSync, deflateRawSync, deflateSync, gzipSync } from 'node:zlib';

/** The maximum size of a body that is compressed in many ways. */
const longest = 2 ** 18;

/** The operating system and the level that compressors write into the header of gzip. */
const gzipHeaders = [
  [0, 3],
  [0, 255],
  [2, 255],
  [0, 0],
  [0, 19],
  [4, 3],
  [0, 11],
] as const;

/** Yield the forms of a body that common compressors write with their default options. */
export function* compressed(bytes: Buffer): Generator<Buffer, void, undefined> {
  if (bytes.length > longest) return;
  for (const level of [6, 9, 1]) {
    const gzip = gzipSync(bytes, { level });
    yield gzip;
    for (const [flags, system] of gzipHeaders) {
      const copy = Buffer.from(gzip);
      copy[8] = flags;
      copy[9] = system;
      yield copy;
    }
    yield deflateSync(bytes, { level });
    yield deflateRawSync(bytes, { level });
  }
  yield brotliCompressSync(bytes);
}
