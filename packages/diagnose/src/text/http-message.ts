/** The line that begins an HTTP message, or a header. */
const firstLine = /^(?:[A-Z]{3,10} \S+ HTTP\/\d|HTTP\/\d\S* \d{3}|[\w-]+: ?\S)/;

/** Return the body of an HTTP message whose head was saved too. @returns `undefined` without a head */
export function bodyOfMessage(bytes: Buffer): Buffer | undefined {
  const start = bytes
    .subarray(0, 256)
    .toString('latin1')
    .replace(/^[>*<] /, '');
  if (!firstLine.test(start)) return undefined;
  const ends = ['\r\n\r\n', '\n\n', '\r\r'].map((end) => [bytes.indexOf(end), end.length] as const);
  const [end] = ends.filter(([index]) => index !== -1).sort(([a], [b]) => a - b);
  return end === undefined ? undefined : bytes.subarray(end[0] + end[1]);
}

/** Remove the sizes of HTTP chunks. @returns `undefined` if the bytes are not chunked */
export function withoutChunkSizes(bytes: Buffer): Buffer | undefined {
  const parts: Buffer[] = [];
  let at = 0;
  while (at < bytes.length) {
    const end = bytes.indexOf('\n', at);
    const line = bytes.subarray(at, end === -1 ? bytes.length : Math.min(end, at + 64)).toString('latin1');
    const [, size] = /^([\da-f]{1,8})(?:;[^\r]*)?\r?$/i.exec(line) ?? [];
    if (size === undefined) return undefined;
    const length = Number.parseInt(size, 16);
    if (length === 0) break;
    const begin = end + 1;
    if (end === -1 || begin + length > bytes.length) return undefined;
    parts.push(bytes.subarray(begin, begin + length));
    at = begin + length;
    if (bytes[at] === 13) at++;
    if (bytes[at] === 10) at++;
  }
  return parts.length === 0 ? undefined : Buffer.concat(parts);
}

/** Return the values of a form, or the parts of a multipart body. */
export function* formValues(text: string): Generator<string, void, undefined> {
  const [, boundary] = /^(--[^\r\n]{4,80})\r?\n/.exec(text) ?? [];
  if (boundary !== undefined) {
    for (const part of text.split(boundary)) {
      const [, content] = /^\r?\n.*?\r?\n\r?\n(.*?)(?:\r?\n)?$/s.exec(part) ?? [];
      if (content !== undefined) yield content;
    }
  }
  if (!/^[\w.[\]%-]{1,64}=/.test(text)) return;
  for (const field of text.split('&')) {
    const value = field.slice(field.indexOf('=') + 1);
    yield value;
    yield* percentDecoded(value);
  }
}

export function percentDecoded(text: string): readonly string[] {
  try {
    return [decodeURIComponent(text.replaceAll('+', ' ')), decodeURIComponent(text)];
  } catch {
    return [];
  }
}
