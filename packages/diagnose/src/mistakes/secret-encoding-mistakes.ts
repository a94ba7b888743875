import { createHash } from 'node:crypto';
import { numericForms } from '../secret/numeric-forms.ts';
import { typographicForms } from '../secret/typography.ts';
import { unsetSecrets } from '../secret/unset-secrets.ts';
import { asciiForms } from '../text/ascii-forms.ts';
import { decode, encode, encodings, isAscii } from '../text/code-pages.ts';
import { literalEscapes, unescaped, withJoinedSurrogates } from '../text/escapes.ts';
import { withoutEntities } from '../text/literals.ts';
import { expansions } from '../text/shell-expansion.ts';
import { type Candidate, type SecretMistake, tableOf } from './mistake.ts';

/** Secrets that one side reads or writes in another form. */
export const secretEncodingMistakes: readonly SecretMistake[] = tableOf<string, Candidate>('secret', [
  {
    name: 'secret-percent-encoding',
    fix: 'The secret is percent-encoded on one side, as in a URL or a form, where + is a space. Use the same text on both sides.',
    candidates: (secret) => {
      const encoded = encodeURIComponent(Buffer.from(secret).toString());
      return [
        ...[
          ...percentDecoded(secret),
          encoded,
          encoded.replaceAll('%20', '+'),
          encodeURI(Buffer.from(secret).toString()),
        ],
        ...[secret.replaceAll('+', ' '), secret.replaceAll(' ', '+'), secret.replaceAll(' ', '%20')],
        ...[
          encoded.replaceAll(/[!'()*~]/g, percent),
          encoded.replaceAll(/%[\dA-F]{2}/g, (code) => code.toLowerCase()),
        ],
        ...[encoded.replaceAll('%20', '+').replaceAll(/[!'()*~]/g, percent), encodeURIComponent(encoded)],
        ...percentDecoded(secret.replaceAll('+', ' ')),
      ];
    },
  },
  {
    name: 'secret-ini-percent',
    fix: "A % in the secret is doubled on one side only. Python's configparser reads %% as %. Write %% in the INI file, and % everywhere else.",
    candidates: (secret) => [secret.replaceAll('%%', '%'), secret.replaceAll('%', '%%')],
  },
  {
    name: 'secret-dollar-doubled',
    fix: 'A $ in the secret is doubled on one side only. Docker Compose and make read $$ as $. Write $$ there, and $ everywhere else.',
    candidates: (secret) => [secret.replaceAll('$$', '$'), secret.replaceAll('$', '$$$$')],
  },
  {
    name: 'secret-expanded-by-shell',
    fix: 'On one side, a shell replaced the part of the secret after a $, a backslash, a ! or a `. Write the secret in single quotes there.',
    *candidates(secret) {
      yield* expansions(secret);
      yield secret.replaceAll(/\\(.)/gs, '$1');
      yield secret.replaceAll(/\\([$`"\\!])/g, '$1');
      yield secret.replaceAll(/[$`"\\!]/g, '\\$&');
      yield secret.replaceAll(/[^\w@%+=:,./-]/g, '\\$&');
      yield secret.replaceAll(/["'`]/g, '');
    },
  },
  {
    name: 'secret-escapes',
    fix: 'Escapes in the secret, such as \\n, \\\\, &amp; or \\u00e9, are replaced on one side only. Use the same text on both sides, without characters that need escapes.',
    *candidates(secret) {
      if (secret.includes('\\')) yield unescaped(withJoinedSurrogates(secret), literalEscapes);
      yield secret.replaceAll('\\', '\\\\');
      yield secret.replaceAll('\\\\', '\\');
      yield secret.replaceAll('\n', '\\n');
      yield JSON.stringify(secret).slice(1, -1);
      yield JSON.stringify(secret).slice(1, -1).replaceAll('/', '\\/');
      yield secret.replaceAll('"', '""');
      yield secret.replaceAll("'", "''");
      yield withoutEntities(secret);
      const escaped = secret.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;');
      yield* [
        escaped,
        escaped.replaceAll('"', '&quot;'),
        escaped.replaceAll('"', '&quot;').replaceAll("'", '&#39;'),
      ];
      yield escaped.replaceAll('"', '&quot;').replaceAll("'", '&#039;');
      yield escaped.replaceAll('"', '&quot;').replaceAll("'", '&#x27;');
      yield* [
        secret.replaceAll('{{', '{').replaceAll('}}', '}'),
        secret.replaceAll('{', '{{').replaceAll('}', '}}'),
      ];
      yield secret.replaceAll(/\^(.)/g, '$1');
    },
  },
  {
    name: 'secret-case',
    fix: 'The secrets differ in uppercase and lowercase letters. Use the same text on both sides.',
    candidates: (secret) => [
      ...[secret.toLowerCase(), secret.toUpperCase(), secret.charAt(0).toUpperCase() + secret.slice(1)],
      ...[
        secret.charAt(0).toLowerCase() + secret.slice(1),
        secret.charAt(0).toUpperCase() + secret.slice(1).toLowerCase(),
        // Caps Lock was on.
        secret.replaceAll(/[A-Za-z]/g, (letter) =>
          letter === letter.toUpperCase() ? letter.toLowerCase() : letter.toUpperCase(),
        ),
      ],
    ],
  },
  {
    name: 'secret-typography',
    fix: 'The secret of one side has an invisible character, a no-break space, or typographic quotes or dashes, because it was copied from a document or a chat. Type these characters again.',
    candidates: typographicForms,
  },
  {
    name: 'secret-encoding',
    fix: 'The secret contains non-ASCII characters that the other side encodes differently (Latin-1, UTF-16, or decomposed accents). SpiderFoot uses UTF-8. Use only ASCII characters.',
    candidates: (secret) => [
      ...[
        Buffer.from(secret, 'utf16le'),
        Buffer.from(secret, 'utf16le').swap16(),
        Buffer.from(`\ufeff${secret}`, 'utf16le'),
      ],
      ...(isAscii(secret)
        ? []
        : [
            ...encodings.flatMap((label) => [encode(secret, label), decode(Buffer.from(secret), label)]),
            ...['NFC', 'NFD', 'NFKC', 'NFKD'].map((form) => secret.normalize(form)),
            ...[...asciiForms(secret)],
          ]),
    ],
  },
  {
    name: 'secret-hashed',
    fix: 'The other side uses a hash of the secret as the key. SpiderFoot uses the secret itself.',
    candidates: (secret) =>
      ['sha256', 'md5', 'sha1', 'sha512', 'sha384', 'sha224'].flatMap((name) => {
        const digest = createHash(name).update(secret).digest();
        return [
          digest,
          digest.toString('hex'),
          digest.toString('hex').toUpperCase(),
          digest.toString('base64'),
        ];
      }),
  },
  {
    name: 'secret-dashes',
    fix: 'The dashes, spaces, colons or braces of the secret, such as a UUID, are missing on one side. Use the same text on both sides.',
    candidates: (secret) => [
      ...[
        secret.replaceAll('-', ''),
        secret.replaceAll(/\s/g, ''),
        secret.replaceAll(/[-:\s{}]/g, ''),
        secret.replaceAll('_', '-'),
      ],
      ...[
        secret.replaceAll('-', '_'),
        secret.replaceAll('_', ''),
        `{${secret}}`,
        `urn:uuid:${secret}`,
        `{${secret.toUpperCase()}}`,
      ],
      ...[
        secret.replace(/^(.{8})(.{4})(.{4})(.{4})(.{12})$/, '$1-$2-$3-$4-$5'),
        secret.replaceAll(':', ''),
        secret.replaceAll('.', ''),
      ],
    ],
  },
  {
    name: 'secret-number',
    fix: 'One side read the secret as a number or another value, as YAML and spreadsheets do without quotes. Put the secret into quotes there.',
    candidates: numericForms,
  },
  {
    name: 'secret-repeated',
    fix: 'The secret of one side was pasted twice. Paste it once.',
    candidates: (secret) => [
      secret + secret,
      `${secret}\n${secret}`,
      `${secret} ${secret}`,
      secret.slice(0, secret.length / 2),
    ],
  },
  {
    name: 'secret-not-set',
    fix: 'The secret is not set on the other side. The other side signs with an empty text, a word such as "null", or the name of a variable or a file. Check its environment variable.',
    candidates: () => unsetSecrets(),
  },
  {
    name: 'secret-of-the-guide',
    fix: "The other side uses an example secret from SpiderFoot's Webhook Integration Guide, so anyone can sign events. Set your own secret.",
    candidates: () => ['your-webhook-secret', 'security-team-secret', 'siem-system-secret'],
  },
]);

function percent(mark: string): string {
  return `%${mark.charCodeAt(0).toString(16).toUpperCase()}`;
}

function percentDecoded(text: string): readonly string[] {
  try {
    return [decodeURIComponent(text)];
  } catch {
    return [];
  }
}
