import { ConfigurationError } from '@spiderfoot-webhooks/core';
import { rejectUnknown } from './option-checks.ts';

/**
 * TLS options for a target that has a certificate of your own CA or requires a client certificate. All values are PEM,
 * as in Node's `tls.connect`.
 */
export interface TlsOptions {
  /** Certificate authorities to trust instead of the well-known ones. */
  readonly ca?: string | Buffer | (string | Buffer)[];
  readonly cert?: string | Buffer;
  readonly key?: string | Buffer;
  readonly passphrase?: string;
  /** The name that the certificate must have. @default the host of the URL */
  readonly servername?: string;
}

const tlsNames = [
  'ca',
  'cert',
  'key',
  'passphrase',
  'servername',
] as const satisfies readonly (keyof TlsOptions)[];

/** @throws ConfigurationError */
export function readTls(tls: unknown): TlsOptions {
  if (tls === undefined) return {};
  if (typeof tls !== 'object' || tls === null) throw new ConfigurationError('tls', 'must be an object.');
  rejectUnknown(tls, tlsNames, 'tls.');
  return tls;
}
