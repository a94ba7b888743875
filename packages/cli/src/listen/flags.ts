import type { SecretOptions } from '../arguments/secret-options.ts';
import type { Rate } from './endpoints/rate-limit.ts';

/** The flags of `listen`. */
export interface ListenFlags extends SecretOptions {
  readonly host?: string;
  readonly port?: number;
  readonly path?: string;
  readonly makeSecret?: true;
  readonly insecure?: true;
  readonly allowIp?: readonly string[];
  readonly trustProxy?: readonly string[];
  readonly events?: readonly string[];
  readonly rateLimit?: Rate;
  /** Bytes. */
  readonly maxBody?: number;
  readonly config?: string;
  readonly store?: string;
  readonly queue?: true;
  readonly keepRejected?: number;
  readonly saveRejected?: string;
  /** Milliseconds. */
  readonly retention?: number;
  readonly concurrency?: number;
  readonly forward?: readonly string[];
  readonly forwardTo?: string;
  /** Milliseconds. */
  readonly forwardTimeout?: number;
  readonly tlsCert?: string;
  readonly tlsKey?: string;
  readonly clientCa?: string;
  readonly metricsPort?: number;
  readonly maxOldestSeconds?: number;
  readonly maxDeadLetters?: number;
  readonly metricsHost: string;
  /** `false` for `--no-inspector`. */
  readonly inspector: boolean;
  readonly inspectorPort?: number;
  readonly verbose?: true;
  readonly json?: true;
}

/** Return the first of these flags that is given, as it is written in the command line. */
export function firstGiven(flags: ListenFlags, names: readonly (keyof ListenFlags)[]): string | undefined {
  const name = names.find((each) => flags[each] !== undefined);
  return name && `--${name.replace(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`)}`;
}
