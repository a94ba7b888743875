import { printable } from '@spiderfoot-webhooks/core/terminal';

/** The most bytes of a body that a page shows. */
const mostShown = 256 * 1024;

/** A body as a page shows it. */
export interface BodyText {
  /** `undefined` if the body is not UTF-8. */
  readonly text: string | undefined;
  /** The text or the bytes in hexadecimal, with control and direction characters as escapes. */
  readonly shown: string;
  readonly truncated: boolean;
}

const decoder = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });

/** Decode a body for a page. */
export function readBodyText(body: Uint8Array): BodyText {
  const truncated = body.byteLength > mostShown;
  const text = decode(body);
  const part = text === undefined ? hex(body.subarray(0, mostShown)) : text.slice(0, mostShown);
  return { text: truncated ? undefined : text, shown: part.split('\n').map(printable).join('\n'), truncated };
}

function decode(body: Uint8Array): string | undefined {
  try {
    return decoder.decode(body);
  } catch {
    return undefined;
  }
}

function hex(bytes: Uint8Array): string {
  return Buffer.from(bytes).toString('hex').replace(/.{2}/g, '$& ').trimEnd();
}
