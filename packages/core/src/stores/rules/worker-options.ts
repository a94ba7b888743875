import { readCount } from '../../options/number-options.ts';
import type { RetryOptions } from './settlement.ts';

/** The options of stores whose deliveries a worker runs. Each store has its own defaults. */
export interface WorkerOptions extends RetryOptions {
  /** The number of deliveries of an endpoint that this process handles at the same time. */
  readonly concurrency: number;
  /** Milliseconds after which another process may claim a delivery whose process has not renewed its lease. */
  readonly lease: number;
  /** Milliseconds between two checks for deliveries that other processes have put into the queue. */
  readonly pollInterval: number;
  /** Milliseconds that closing waits for running handlers. Their deliveries are then released. */
  readonly closeTimeout: number;
}

const units = {
  concurrency: 'deliveries',
  maxAttempts: 'attempts',
  baseDelay: 'milliseconds',
  maxDelay: 'milliseconds',
  lease: 'milliseconds',
  pollInterval: 'milliseconds',
  closeTimeout: 'milliseconds',
} as const satisfies Record<keyof WorkerOptions, string>;

/**
 * Check a store's options for its workers, and fill in the defaults.
 * @param options the user's options. Options of other names are ignored
 * @param defaults the store's defaults. Their names are the options that the store has
 * @throws ConfigurationError that names the option, if a value is not a whole number from 1 (`closeTimeout`: from 0)
 *   to 2147483647
 * @example
 * const { concurrency, lease } = readWorkerOptions(options, { concurrency: 16, lease: 30_000 });
 */
export function readWorkerOptions<Name extends keyof WorkerOptions>(
  options: { readonly [Option in keyof WorkerOptions]?: number | undefined },
  defaults: Readonly<Record<Name, number>>,
): Record<Name, number> {
  const settings: Record<Name, number> = { ...defaults };
  for (const name of Object.keys(units) as (keyof WorkerOptions)[]) {
    if (!isIn(name, defaults)) continue;
    const { [name]: value = defaults[name] } = options;
    settings[name] = readCount(name, value, units[name], name === 'closeTimeout' ? 0 : 1);
  }
  return settings;
}

function isIn<Name extends string>(name: string, defaults: Readonly<Record<Name, number>>): name is Name {
  return name in defaults;
}
