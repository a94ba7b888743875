const base32Letters = 'ABCDEFGHIJKLMNOPQRSTUVWXYZ234567';

/** Return the bytes of a secret that the other side decodes. */
export function decodedForms(
  secret: string,
): Readonly<Record<'hex' | 'base64' | 'base32', readonly Buffer[]>> {
  const bare = secret.trim().replace(/^(?:whsec_|base64:|hex:|0x)/i, '');
  const digits = bare.replaceAll(/[-:\s{}]/g, '');
  const isHex = /^(?:[\da-f]{2})+$/i.test(digits);
  const base64 = [bare, secret, secret.replace(/^[^_]{1,12}_/, '')].filter((text) =>
    /^[\w+/-]{4,}={0,2}$/.test(text),
  );
  return {
    hex: isHex ? [Buffer.from(digits, 'hex')] : [],
    base64: base64.flatMap((text) => [
      Buffer.from(text, 'base64'),
      Buffer.from(text.replaceAll(/[^A-Za-z\d+/]/g, ''), 'base64'),
      Buffer.from(Buffer.from(text, 'base64').toString('latin1')),
    ]),
    base32: /^[A-Z2-7]{8,}=*$/i.test(digits) ? [base32(digits.toUpperCase())] : [],
  };
}

function base32(text: string): Buffer {
  const bits = [...text.replaceAll('=', '')]
    .map((letter) => base32Letters.indexOf(letter).toString(2).padStart(5, '0'))
    .join('');
  return Buffer.from((bits.match(/.{8}/g) ?? []).map((byte) => Number.parseInt(byte, 2)));
}

/** Return the texts into which the other side has encoded a secret. */
export function encodedForms(secret: string): Readonly<Record<'hex' | 'base64', readonly string[]>> {
  const bytes = Buffer.from(secret);
  const base64 = [secret, `${secret}\n`, `${secret}\r\n`, `:${secret}`].map((text) =>
    Buffer.from(text).toString('base64'),
  );
  const wide = Buffer.from(secret, 'utf16le');
  return {
    hex: [
      ...[bytes.toString('hex'), bytes.toString('hex').toUpperCase(), `0x${bytes.toString('hex')}`],
      ...[Buffer.from(`${secret}\n`).toString('hex'), `${bytes.toString('hex')}\n`],
      ...[' ', ':', '-'].map((separator) => (bytes.toString('hex').match(/../g) ?? []).join(separator)),
    ],
    base64: [
      ...[...base64, bytes.toString('base64url'), wide.toString('base64')],
      ...base64.flatMap((text) => [
        `${text}\n`,
        text.replaceAll('=', ''),
        Buffer.from(text).toString('base64'),
      ]),
      ...[...base64].map((text) => `whsec_${text}`),
      (base64[0] ?? '').replaceAll(/.{76}(?!$)/g, '$&\n'),
    ],
  };
}
