import type { Guess, Mistake } from './mistake.ts';

interface SecretMistake extends Mistake {
  /** Return the secrets that the other side may use if someone made this mistake. */
  readonly used: (secret: string) => readonly (Buffer | string)[];
}

const variable = 'SPIDERFOOT_WEBHOOK_SECRET';

const mistakes: readonly SecretMistake[] = [
  {
    name: 'secret-newline-lost',
    fix: 'The secret of the other side ends with a newline, for example because echo wrote it or it was read from a file. Remove the newline there.',
    used: (secret) => [`${secret}\n`, `${secret}\r\n`],
  },
  {
    name: 'secret-white-space',
    fix: 'There is white space around the secret here. Trim it.',
    used: (secret) => [secret.trim()],
  },
  {
    name: 'secret-space-lost',
    fix: 'There is a space before or after the secret of the other side. Remove it there.',
    used: (secret) => [`${secret} `, ` ${secret}`, ` ${secret} `, `${secret}\t`],
  },
  {
    name: 'secret-in-quotes',
    fix: 'The secret here includes quotes. INI files, Docker and systemd treat quotes as part of the value. Remove them.',
    used: (secret) => [secret.replace(/^\s*(["'])(.*)\1\s*$/s, '$2')],
  },
  {
    name: 'secret-quotes-lost',
    fix: 'The secret of the other side includes quotes. INI files, Docker and systemd treat quotes as part of the value. Remove them there.',
    used: (secret) => [`"${secret}"`, `'${secret}'`],
  },
  {
    name: 'secret-assignment',
    fix: 'The secret here includes its name, such as "secret = ". Give only the value.',
    used: (secret) => [secret.replace(/^\s*(?:export\s+)?\w+\s*[=:]\s*/, '')],
  },
  {
    name: 'secret-comment',
    fix: 'The secret here ends with a comment, which the other side does not use. Put comments on separate lines.',
    used: (secret) => [withoutComment(secret)],
  },
  {
    name: 'secret-hex-decoded',
    fix: 'The other side decodes the secret from hex. SpiderFoot uses the text of the secret, without decoding it.',
    used: (secret) => (/^(?:[\da-f]{2})+$/i.test(secret) ? [Buffer.from(secret, 'hex')] : []),
  },
  {
    name: 'secret-base64-decoded',
    fix: 'The other side decodes the secret from base64. SpiderFoot uses the text of the secret, without decoding it.',
    used: (secret) => decodedBase64(secret.replace(/^whsec_/, '')),
  },
  {
    name: 'secret-hex-encoded',
    fix: 'The secret of the other side is this secret, encoded in hex. Use the same text on both sides.',
    used: (secret) => [hex(secret), hex(secret).toUpperCase()],
  },
  {
    name: 'secret-base64-encoded',
    fix: 'The secret of the other side is this secret, encoded in base64. Use the same text on both sides.',
    used: (secret) => [
      Buffer.from(secret).toString('base64'),
      Buffer.from(secret).toString('base64url'),
      Buffer.from(`${secret}\n`).toString('base64'),
    ],
  },
  {
    name: 'secret-percent-encoding',
    fix: 'The secret is percent-encoded on one side, as in a URL. Use the same text on both sides.',
    used: (secret) => [...percentDecoded(secret), encodeURIComponent(secret)],
  },
  {
    name: 'secret-ini-percent',
    fix: "A % in the secret is doubled on one side only. Python's configparser reads %% as %. Write %% in the INI file, and % everywhere else.",
    used: (secret) => [secret.replaceAll('%%', '%'), secret.replaceAll('%', '%%')],
  },
  {
    name: 'secret-expanded-by-shell',
    fix: 'On the other side, a shell replaced the part of the secret after a $ or a backslash. Write the secret in single quotes there.',
    used: (secret) => [secret.replace(/\$(?:\w+|\{\w+\})/g, ''), secret.replace(/\\(.)/gs, '$1')],
  },
  {
    name: 'secret-case',
    fix: 'The secrets differ in uppercase and lowercase letters. Use the same text on both sides.',
    used: (secret) => [secret.toLowerCase(), secret.toUpperCase()],
  },
  {
    name: 'secret-encoding',
    fix: 'The secret contains non-ASCII characters that the other side encodes differently (Latin-1, UTF-16, or decomposed accents). SpiderFoot uses UTF-8. Use only ASCII characters.',
    used: (secret) => [
      ...(/^[\0-\xff]*$/.test(secret) ? [Buffer.from(secret, 'latin1')] : []),
      Buffer.from(Buffer.from(secret).toString('latin1')),
      Buffer.from(secret, 'utf16le'),
      secret.normalize('NFC'),
      secret.normalize('NFD'),
    ],
  },
  {
    name: 'secret-byte-order-mark',
    fix: 'The secret of one side begins with a byte order mark, because its file was saved as UTF-8 with BOM. Save the file as UTF-8 without BOM.',
    used: (secret) => [`\ufeff${secret}`, secret.replace(/^\ufeff/, '')],
  },
  {
    name: 'secret-not-set',
    fix: 'The secret of the other side is not set. The other side signs with an empty text, a word such as "null", or the name of a variable. Check its environment variable.',
    used: () => [
      '',
      'undefined',
      'null',
      'None',
      'nil',
      'false',
      variable,
      `$${variable}`,
      `\${${variable}}`,
    ],
  },
  {
    name: 'secret-of-the-guide',
    fix: "The other side uses an example secret from SpiderFoot's Webhook Integration Guide, so anyone can sign events. Set your own secret.",
    used: () => ['your-webhook-secret', 'security-team-secret', 'siem-system-secret'],
  },
];

const previousMistake: Mistake = {
  name: 'secret-previous',
  fix: 'The body was signed with the previous secret. While you replace the secret, give the receiver both: secret: [current, previous].',
};

/** Yield the secrets that the other side may use instead of this one. */
export function* secretGuesses(
  secret: string,
  previous: readonly string[],
): Generator<Guess<Buffer>, void, undefined> {
  for (const value of previous) yield { mistake: previousMistake, value: Buffer.from(value) };
  for (const { name, fix, used } of mistakes) {
    for (const value of used(secret)) yield { mistake: { name, fix }, value: Buffer.from(value) };
  }
}

/** Return the text before a space and a `#` or `;`. */
function withoutComment(secret: string): string {
  const begin = secret.search(/\s[#;]/);
  return begin === -1 ? secret : secret.slice(0, begin).trimEnd();
}

function hex(text: string): string {
  return Buffer.from(text).toString('hex');
}

function decodedBase64(text: string): readonly Buffer[] {
  return /^[\w+/-]{4,}={0,2}$/.test(text) ? [Buffer.from(text, 'base64')] : [];
}

function percentDecoded(text: string): readonly string[] {
  try {
    return [decodeURIComponent(text)];
  } catch {
    return [];
  }
}
