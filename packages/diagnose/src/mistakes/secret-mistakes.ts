import { cuts } from '../secret/near-secrets.ts';
import { decodedForms, encodedForms } from '../secret/secret-encodings.ts';
import { linesWith, valuesOfFileLine, withoutComment, withoutQuotes } from '../secret/secret-lines.ts';
import { type Candidate, type SecretMistake, tableOf } from './mistake.ts';

/** Secrets that differ in a common way. Each can be combined with a mistake of the body. */
export const secretMistakes: readonly SecretMistake[] = tableOf<string, Candidate>('secret', [
  {
    name: 'secret-byte-order-mark',
    fix: 'The secret of one side begins with a byte order mark, because its file was saved as UTF-8 with BOM. Save the file as UTF-8 without BOM.',
    candidates: (secret) => [
      `\ufeff${secret}`,
      `\ufeff${secret}\n`,
      `\ufeff${secret}\r\n`,
      secret.replace(/^(?:\ufeff|ï»¿)/, ''),
    ],
  },
  {
    name: 'secret-newline-lost',
    fix: 'The secret of the other side ends with a newline, for example because echo wrote it or it was read from a file. Remove the newline there.',
    candidates: (secret) => [`${secret}\n`, `${secret}\r\n`, `${secret}\r`, `${secret}\n\n`],
  },
  {
    name: 'secret-white-space',
    fix: 'There is white space around the secret here. Trim it.',
    candidates: (secret) => [
      secret.trim(),
      secret.trimStart(),
      secret.trimEnd(),
      secret.replace(/[\r\n]+$/, ''),
    ],
  },
  {
    name: 'secret-space-lost',
    fix: 'There is a space before or after the secret of the other side. Remove it there.',
    candidates: (secret) => [
      `${secret} `,
      ` ${secret}`,
      ` ${secret} `,
      `${secret}\t`,
      `\t${secret}`,
      `${secret}  `,
    ],
  },
  {
    name: 'secret-in-quotes',
    fix: 'The secret here includes quotes or brackets. INI files, Docker and systemd treat quotes as part of the value. Remove them.',
    candidates: (secret) => [
      withoutQuotes(secret),
      secret.replaceAll(/["']/g, ''),
      secret.replace(/^["']|["']$/g, ''),
    ],
  },
  {
    name: 'secret-quotes-lost',
    fix: 'The secret of the other side includes quotes or brackets. INI files, Docker and systemd treat quotes as part of the value. Remove them there.',
    candidates: (secret) => [
      ...[
        `"${secret}"`,
        `'${secret}'`,
        `\`${secret}\``,
        `\\"${secret}\\"`,
        `<${secret}>`,
        `"${secret}`,
        `${secret}"`,
      ],
      ...[`"${secret}"\n`, `'${secret}'\n`, `"'${secret}'"`, `'"${secret}"'`, `"${secret}",`],
      ...[`[${secret}]`, `{${secret}}`, `$'${secret}'`, `b'${secret}'`, `'${secret}`, `${secret}'`],
    ],
  },
  {
    name: 'secret-delimiter-lost',
    fix: 'The secret of the other side ends with a comma, a semicolon or another character of the line that it was copied from. Remove this character there.',
    candidates: (secret) => [',', ';', '.', ':', ')', '\\', '&', '='].map((mark) => secret + mark),
  },
  {
    name: 'secret-assignment',
    fix: 'The secret here is a complete line of a .env file, with its name, quotes or a comment: export SECRET="…". Give only the value.',
    candidates: (secret) => (/^\s*[\w$"'{-]+.*[=:]|[\r\n]/s.test(secret) ? valuesOfFileLine(secret) : []),
  },
  {
    name: 'secret-comment',
    fix: 'The secret here ends with a comment, which the other side does not use. Put comments on separate lines.',
    candidates: (secret) =>
      /\s(?:[#;]|\/\/|--)/.test(secret) ? [withoutComment(secret), ...valuesOfFileLine(secret)] : [],
  },
  {
    name: 'secret-assignment-lost',
    fix: 'The other side uses a complete line or document as its secret, such as SECRET="…" or {"secret": "…"}. Give only the value there.',
    candidates: linesWith,
  },
  {
    name: 'secret-prefix',
    fix: 'The secret has a prefix such as whsec_ or "Bearer " on one side only. Use the same text on both sides.',
    candidates: (secret) => [
      ...[
        'whsec_',
        'Bearer ',
        'sha256=',
        'secret=',
        'secret:',
        'base64:',
        'hex:',
        'v1=',
        'Basic ',
        'key-',
        'sk_',
        'Secret: ',
        'secret: ',
        'Token ',
      ].map((prefix) => prefix + secret),
      secret.replace(/^[A-Za-z\d]{2,10}[_:= -]\s*/, ''),
    ],
  },
  {
    name: 'secret-cut-at-comment',
    fix: 'The secret of the other side ends before the # or ; in it, because a .env or INI file treats the rest as a comment. Put the secret into quotes there.',
    candidates: (secret) => cutAt(secret, /[#;]/),
  },
  {
    name: 'secret-cut',
    fix: 'The secret of the other side is only a part of this secret. It was cut at a special character or at a maximum length. Copy the complete secret.',
    candidates: (secret) => cutAt(secret, /[^#;]|^$/),
  },
  {
    name: 'secret-hex-decoded',
    fix: 'The other side decodes the secret from hex. SpiderFoot uses the text of the secret, without decoding it.',
    candidates: (secret) => decodedForms(secret).hex,
  },
  {
    name: 'secret-base64-decoded',
    fix: 'The other side decodes the secret from base64. SpiderFoot uses the text of the secret, without decoding it.',
    candidates: (secret) => decodedForms(secret).base64,
  },
  {
    name: 'secret-base32-decoded',
    fix: 'The other side decodes the secret from base32. SpiderFoot uses the text of the secret, without decoding it.',
    candidates: (secret) => decodedForms(secret).base32,
  },
  {
    name: 'secret-hex-encoded',
    fix: 'The secret of the other side is this secret, encoded in hex. Use the same text on both sides.',
    candidates: (secret) => encodedForms(secret).hex,
  },
  {
    name: 'secret-base64-encoded',
    fix: 'The secret of the other side is this secret, encoded in base64. Use the same text on both sides.',
    candidates: (secret) => encodedForms(secret).base64,
  },
]);

function* cutAt(secret: string, pattern: RegExp): Generator<string, void, undefined> {
  for (const [part, at] of cuts(secret)) if (pattern.test(at)) yield part;
}
