import { kinds, type Mistake } from '../mistakes/mistake.ts';

interface Rendering extends Mistake {
  /** Return how a program with this mistake writes a digest. */
  readonly written: (digest: Buffer) => readonly string[];
}

const base64 = (bytes: Buffer) => [bytes.toString('base64'), bytes.toString('base64url')];

/** Notations that lose a part of the digest. They cannot be read back, so the expected digest is written in them. */
export const renderings: readonly Rendering[] = [
  {
    name: 'signature-zeros-lost',
    fix: 'The bytes of the digest were written in hex without leading zeros, for example by toString(16) or Integer.toHexString. Pad each byte to two digits.',
    written: (digest: Buffer) => [
      Array.from(digest, (byte) => byte.toString(16)).join(''),
      Array.from(digest, (byte) => (byte > 127 ? `ffffff${byte.toString(16)}` : byte.toString(16))).join(''),
      Array.from(digest, (byte) =>
        byte > 127 ? `ffffff${byte.toString(16)}` : byte.toString(16).padStart(2, '0'),
      ).join(''),
      BigInt(`0x${digest.toString('hex')}`).toString(16),
      BigInt.asIntN(8 * digest.length, BigInt(`0x${digest.toString('hex')}`)).toString(16),
      ...['', ',', ' ', ':', '-'].map((mark) => Array.from(digest, (byte) => byte.toString()).join(mark)),
      Array.from(digest, (byte) => byte.toString(16)).join(' '),
      Array.from(digest, (byte) => byte.toString(16)).join(':'),
    ],
  },
  {
    name: 'signature-digest-as-text',
    fix: 'The bytes of the digest were converted to text before they were encoded, which changes them. Encode the digest itself: hexdigest(), digest("hex").',
    written: (digest: Buffer) => {
      const texts = [digest.toString(), digest.toString('latin1')];
      return texts.flatMap((text) => [
        ...[text, Buffer.from(text).toString('hex'), ...base64(Buffer.from(text))],
        ...[encodeURIComponent(text), text.trim(), text.replaceAll('\0', '')],
      ]);
    },
  },
].map((rendering) => ({ ...rendering, kind: 'notation', docs: kinds.notation }) as const);

/** Return the mistakes with which a program writes a digest as this signature. */
export function renderingOf(signature: string, digest: Buffer): readonly Mistake[] | undefined {
  const given = bare(signature);
  // These notations of a SHA-256 digest have another length.
  if (/^[\da-f]{64}$/.test(given)) return undefined;
  const found = renderings.find(({ written }) =>
    written(digest).some((text) => text.length > 16 && bare(text) === given),
  );
  if (found === undefined) return undefined;
  const { name, kind, fix, docs } = found;
  return [{ name, kind, fix, docs }];
}

function bare(text: string): string {
  return text
    .replace(/^sha256=/i, '')
    .trim()
    .replace(/=+$/, '')
    .toLowerCase();
}
