import { pythonJson } from '@spiderfoot-webhooks/core/testing';
import { otherFormats } from '../json/other-formats.ts';
import { pythonLiteral } from '../text/python-literal.ts';
import { type BodyForms, type BodyMistake, type Candidate, tableOf } from './mistake.ts';

/** The maximum length of a body that is written in other formats. */
const longest = 2 ** 18;

/** Bodies that were signed in another form than they were sent. */
export const signedFormMistakes: readonly BodyMistake[] = tableOf<BodyForms, Candidate>('capture', [
  {
    name: 'signed-encoded-body',
    fix: 'The body was signed in base64 or hex, but sent as text. Sign the bytes that are sent.',
    candidates: ({ bytes }) => [
      ...[bytes.toString('base64'), bytes.toString('base64url'), bytes.toString('hex')],
      ...[bytes.toString('hex').toUpperCase(), bytes.toString('base64').replaceAll(/.{76}/g, '$&\n')],
      ...[`${bytes.toString('base64')}\n`, `${bytes.toString('base64').replaceAll(/.{64}(?!$)/g, '$&\n')}\n`],
      ...[
        `${bytes.toString('base64').replaceAll(/.{76}(?!$)/g, '$&\n')}\n`,
        bytes.toString('base64').replaceAll('=', ''),
      ],
    ],
  },
  {
    name: 'signed-literal',
    fix: "A string literal was signed, such as Python's str(body), which is b'…'. Sign the bytes: body, not str(body).",
    candidates: ({ text, bytes }) => [
      ...['b', ''].map((prefix) => pythonLiteral(prefix, prefix === 'b' ? bytes.toString('latin1') : text)),
      `'${text.replaceAll(/['\\]/g, '\\$&')}'`,
      `b"${text.replaceAll('\\', '\\\\')}"`,
      `b'${text}'`,
    ],
  },
  {
    name: 'signed-as-json-string',
    fix: 'The signed body was serialized twice: it is JSON text inside a JSON string. Call json.dumps or JSON.stringify only once.',
    candidates: ({ text }) => [
      ...[JSON.stringify(text), `${JSON.stringify(text)}\n`, JSON.stringify(JSON.stringify(text))],
      pythonJson(text),
    ],
  },
  {
    name: 'signed-other-format',
    fix: "The event was signed in a format other than JSON, such as a form (http_build_query) or the output of PHP's print_r or serialize. Sign the body that is sent.",
    candidates: ({ json, text }) =>
      typeof json !== 'object' || json === null || text.length > longest ? [] : otherFormats(json),
  },
  {
    name: 'signed-nothing',
    fix: 'An empty body, {}, null, undefined or [object Object] was signed. The body had already been read, or an object was signed instead of its text.',
    candidates: () => [
      ...[
        '',
        '{}',
        '[]',
        'null',
        'undefined',
        '[object Object]',
        'None',
        'nil',
        '""',
        '\n',
        '{}\n',
        'Array',
        'false',
      ],
      ...[
        '[object Promise]',
        '[object ReadableStream]',
        '[object ArrayBuffer]',
        '[object Undefined]',
        '[object Blob]',
      ],
      ...[
        'Promise { <pending> }',
        '0',
        '1',
        'true',
        '(null)',
        '<nil>',
        'NaN',
        'map[]',
        "b''",
        '-',
        'body',
        'payload',
      ],
      ...[
        '[object Uint8Array]',
        '[object Null]',
        '@-',
        ...['body', 'payload', 'event', 'data', 'webhook', 'message', 'request', 'test'].flatMap((name) => [
          `${name}.json`,
          `@${name}.json`,
          `./${name}.json`,
          `${name}.json\n`,
        ]),
      ],
    ],
  },
]);
