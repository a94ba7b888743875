import type { Guess, Mistake } from './mistake.ts';

interface SecretMistake extends Mistake {
  /** The secrets that the other side has, if this is what happened. */
  readonly used: (secret: string) => readonly (Buffer | string)[];
}

const variable = 'SPIDERFOOT_WEBHOOK_SECRET';

const mistakes: readonly SecretMistake[] = [
  {
    name: 'secret-newline-lost',
    fix: 'The secret of the other side ends with a newline, as one does that was made by echo or read from a file. Take the newline away there.',
    used: (secret) => [`${secret}\n`, `${secret}\r\n`],
  },
  {
    name: 'secret-white-space',
    fix: 'There is white space around the secret here. Trim it.',
    used: (secret) => [secret.trim()],
  },
  {
    name: 'secret-space-lost',
    fix: 'There is a space before or after the secret of the other side. Take it away there.',
    used: (secret) => [`${secret} `, ` ${secret}`, ` ${secret} `, `${secret}\t`],
  },
  {
    name: 'secret-in-quotes',
    fix: 'The secret here still has the quotes around it. INI files, Docker and systemd take them for a part of it: leave them out.',
    used: (secret) => [secret.replace(/^\s*(["'])(.*)\1\s*$/s, '$2')],
  },
  {
    name: 'secret-quotes-lost',
    fix: 'The secret of the other side has quotes around it. INI files, Docker and systemd take them for a part of it: leave them out there.',
    used: (secret) => [`"${secret}"`, `'${secret}'`],
  },
  {
    name: 'secret-assignment',
    fix: 'The secret here has its name before it, such as "secret = ". Give the value alone.',
    used: (secret) => [secret.replace(/^\s*(?:export\s+)?\w+\s*[=:]\s*/, '')],
  },
  {
    name: 'secret-comment',
    fix: 'The secret here has a comment behind it, which the other side left out. Put comments on lines of their own.',
    used: (secret) => [withoutComment(secret)],
  },
  {
    name: 'secret-hex-decoded',
    fix: 'The other side has decoded the secret from hex. SpiderFoot takes it as text, as it stands.',
    used: (secret) => (/^(?:[\da-f]{2})+$/i.test(secret) ? [Buffer.from(secret, 'hex')] : []),
  },
  {
    name: 'secret-base64-decoded',
    fix: 'The other side has decoded the secret from base64. SpiderFoot takes it as text, as it stands.',
    used: (secret) => decodedBase64(secret.replace(/^whsec_/, '')),
  },
  {
    name: 'secret-hex-encoded',
    fix: "The other side's secret is this one written in hex. Use the same text on both sides.",
    used: (secret) => [hex(secret), hex(secret).toUpperCase()],
  },
  {
    name: 'secret-base64-encoded',
    fix: "The other side's secret is this one written in base64. Use the same text on both sides.",
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
    fix: "A % of the secret is doubled on one side: Python's configparser reads %% as %. Write it in the INI file so, and as it is elsewhere.",
    used: (secret) => [secret.replaceAll('%%', '%'), secret.replaceAll('%', '%%')],
  },
  {
    name: 'secret-expanded-by-shell',
    fix: 'A shell has replaced a part of the secret on the other side, after a $ or a backslash. Write it in single quotes.',
    used: (secret) => [secret.replace(/\$(?:\w+|\{\w+\})/g, ''), secret.replace(/\\(.)/gs, '$1')],
  },
  {
    name: 'secret-case',
    fix: 'The secret differs in capital and small letters. They count.',
    used: (secret) => [secret.toLowerCase(), secret.toUpperCase()],
  },
  {
    name: 'secret-encoding',
    fix: 'The secret has letters beyond ASCII that the other side encodes in another way (Latin-1, UTF-16, or accents apart). SpiderFoot takes it as UTF-8; use ASCII alone.',
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
    fix: 'A byte order mark stands before the secret of one side: its file was saved as UTF-8 with BOM. Save it without.',
    used: (secret) => [`\ufeff${secret}`, secret.replace(/^\ufeff/, '')],
  },
  {
    name: 'secret-not-set',
    fix: 'The secret of the other side is not set: it signs with an empty one, or with the word for "nothing" or a variable\'s name in its place. Is its environment variable there?',
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
    fix: "The other side still has a secret that stands in SpiderFoot's guide. Anybody can sign with it: set one of your own.",
    used: () => ['your-webhook-secret', 'security-team-secret', 'siem-system-secret'],
  },
];

const previousMistake: Mistake = {
  name: 'secret-previous',
  fix: 'It was signed with the previous secret. Give the receiver both while you replace it: secret: [current, previous].',
};

/** The secrets that the other side may have in place of this one. */
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
