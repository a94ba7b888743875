import { isUtf8 } from 'node:buffer';
import { brotliDecompressSync, gunzipSync, inflateRawSync, inflateSync } from 'node:zlib';
import { nestedTexts } from '../json/nested-texts.ts';
import { bytesOfNotation } from '../text/byte-notations.ts';
import { compressed } from '../text/compression.ts';
import { dataOfCurl, embedded, firstValue, withoutMarks } from '../text/copied-text.ts';
import { bodyOfMessage, formValues, percentDecoded, withoutChunkSizes } from '../text/http-message.ts';
import { contentsOfLiteral, quotedPrintable, withoutEntities, withoutTypography } from '../text/literals.ts';
import { completed } from '../text/truncated-json.ts';
import { type BodyForms, type BodyMistake, type Candidate, tableOf } from './mistake.ts';

/** The maximum size of a decompressed body, so that a crafted one cannot fill the memory. */
const maxOutputLength = 2 ** 25;

const readers = [gunzipSync, inflateSync, inflateRawSync, brotliDecompressSync];

/** Bodies that were not saved as they were received. Each candidate can have another mistake inside. */
export const captureMistakes: readonly BodyMistake[] = tableOf<BodyForms, Candidate>('capture', [
  {
    name: 'body-base64',
    fix: 'The body here is in base64, as serverless platforms pass it. Decode it before you verify it: Buffer.from(event.body, "base64") if isBase64Encoded is true.',
    candidates: ({ text }) => {
      const [, data = text] = /^data:[^,]*;base64,(.*)$/s.exec(text) ?? [];
      const bare = data.replaceAll(/\s/g, '');
      return /^[\w+/-]{8,}={0,2}$/.test(bare) ? [Buffer.from(bare, 'base64')] : [];
    },
  },
  {
    name: 'body-hex',
    fix: 'The body here is written as hex or as a list of bytes, as debuggers, xxd and JSON.stringify of a Buffer write it. Save the received bytes.',
    candidates: ({ text }) => bytesOfNotation(text),
  },
  {
    name: 'body-compressed',
    fix: 'The body here is compressed (gzip, deflate or brotli). The signed body is the decompressed text. Verify the body after it was decompressed.',
    *candidates({ bytes }) {
      if (isUtf8(bytes)) return;
      for (const read of readers) yield decompressed(bytes, read);
    },
  },
  {
    name: 'signed-compressed',
    fix: 'The compressed body was signed, but the body here was decompressed. Sign the body before it is compressed, or verify the received bytes.',
    candidates: ({ bytes }) => compressed(bytes),
  },
  {
    name: 'http-message',
    fix: 'The body here includes the head of the HTTP message, as curl -i, curl -v and proxies save it. Pass only the part after the first empty line.',
    candidates: ({ bytes }) => [bodyOfMessage(bytes)],
  },
  {
    name: 'chunk-sizes',
    fix: 'The body here includes the sizes of the HTTP chunks (Transfer-Encoding: chunked). Save the body after the chunks were joined.',
    candidates: ({ bytes }) => [withoutChunkSizes(bytes)],
  },
  {
    name: 'form-field',
    fix: 'The body here is a form (payload=…). The signed body is the value of a field. Send the body as application/json.',
    candidates: ({ text }) => formValues(text),
  },
  {
    name: 'signed-form',
    fix: 'A form (payload=…) was signed, but the body here is the value of its field. Sign the body that is sent.',
    candidates: ({ text }) => {
      const encoded = encodeURIComponent(text);
      const plus = encoded.replaceAll('%20', '+');
      const strict = plus.replaceAll(
        /[!'()*~]/g,
        (mark) => `%${mark.charCodeAt(0).toString(16).toUpperCase()}`,
      );
      return ['payload', 'data', 'body', 'event', 'json', 'message'].flatMap((name) =>
        [encoded, plus, strict, text].map((value) => `${name}=${value}`),
      );
    },
  },
  {
    name: 'percent-encoding',
    fix: 'The body was percent-encoded or percent-decoded after signing, as in a form. Send it as application/json.',
    candidates: ({ text }) => {
      const encoded = encodeURIComponent(text);
      const strict = encoded.replaceAll(
        /[!'()*]/g,
        (mark) => `%${mark.charCodeAt(0).toString(16).toUpperCase()}`,
      );
      return [encoded, encoded.replaceAll('%20', '+'), strict, strict.replaceAll('%20', '+'), encodeURI(text)]
        .concat(encoded.replaceAll(/%[\dA-F]{2}/g, (code) => code.toLowerCase()))
        .concat(percentDecoded(text), text.includes('+') ? text.replaceAll('+', ' ') : []);
    },
  },
  {
    name: 'written-as-json-string',
    fix: 'The body here was serialized twice: it is JSON text inside a JSON string. Send the text that was signed.',
    candidates: ({ json }) => (typeof json === 'string' && json.startsWith('s') ? [json.slice(1)] : []),
  },
  {
    name: 'body-in-json',
    fix: 'The body here is a text inside another JSON document, such as a serverless event, a line of a log, or the output of log show --json. Pass only the body: log show KEY --raw.',
    candidates: ({ json }) => (json === undefined ? [] : nestedTexts(json)),
  },
  {
    name: 'body-literal',
    fix: "The body here is written as a string literal, such as Python's b'…' or an escaped string. Write the bytes of the body to a file, not their repr().",
    candidates: ({ text, json }) => contentsOfLiteral(text, typeof json === 'object'),
  },
  {
    name: 'curl-command',
    fix: 'The body here is a curl command. Pass only the data of its -d option.',
    candidates: ({ text }) => dataOfCurl(text),
  },
  {
    name: 'body-with-marks',
    fix: 'The body here was copied with marks around it, such as line numbers, colors, indentation, quotes (>) or a code fence. Save the received bytes.',
    candidates: ({ text }) => withoutMarks(text),
  },
  {
    name: 'body-repeated',
    fix: 'The body here contains the received body several times. It was probably read or appended twice. Save the body of one request.',
    candidates: ({ bytes }) => [2, 3].map((times) => bytes.subarray(0, Math.floor(bytes.length / times))),
  },
  {
    name: 'zero-bytes',
    fix: 'The body here has zero bytes at its end, because it was read into a buffer of a fixed size. Keep only the number of bytes that were read.',
    candidates: ({ text }) =>
      text.endsWith('\0') ? [text.replace(/\0+$/, ''), text.replace(/\s*\0+$/, '')] : [],
  },
  {
    name: 'html-entities',
    fix: 'Characters of the body were replaced by HTML entities such as &quot;, on one side only. Do not escape or sanitize the body before it is verified.',
    candidates: ({ text }) => [withoutEntities(text), ...htmlEscaped(text)],
  },
  {
    name: 'typographic-characters',
    fix: 'The body here has typographic quotes, dashes or spaces, or invisible characters, because it was copied through a chat or a word processor. Save the received bytes.',
    candidates: ({ text }) => [withoutTypography(text), text.replaceAll('\u00a0', ' ')],
  },
  {
    name: 'quoted-printable',
    fix: 'The body here is encoded as quoted-printable, as in the source of an email. Save the received bytes.',
    candidates: ({ text }) => [quotedPrintable(text)],
  },
  {
    name: 'body-cut',
    fix: 'The end of the body is missing here. A proxy, a log or a buffer of a fixed size cut it off. Raise its limit, and save the complete body.',
    candidates: ({ text }) => completed(text),
  },
  {
    name: 'body-with-other-text',
    fix: 'The body here has other text before or after it, such as the beginning of a log line. Pass only the received bytes.',
    candidates: ({ text }) => [...embedded(text), firstValue(text)],
  },
]);

function decompressed(bytes: Buffer, read: (typeof readers)[number]): Buffer | undefined {
  try {
    return read(bytes, { maxOutputLength });
  } catch {
    return undefined;
  }
}

function htmlEscaped(text: string): readonly string[] {
  const basic = text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;');
  return [
    ...[basic, basic.replaceAll('"', '&quot;')],
    ...['&#39;', '&#x27;', '&apos;', '&#039;'].map((mark) =>
      basic.replaceAll('"', '&quot;').replaceAll("'", mark),
    ),
    basic.replaceAll('"', '&#34;').replaceAll("'", '&#39;'),
  ];
}
