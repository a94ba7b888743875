import type { RejectedRequest } from '../delivery-log.ts';
import { checkTime } from './delivery-filter.ts';

/** The number of unauthenticated rejections in one hour, by endpoint and code. */
export interface RejectionCount {
  /** The beginning of the hour. */
  readonly hour: Date;
  readonly endpoint: string;
  readonly code: string;
  readonly count: number;
}

/** One unauthenticated rejection. */
export interface RejectionRecord {
  /** Identifies the rejection in `DeliveryStore.rejection`. */
  readonly key: string;
  readonly receivedAt: Date;
  readonly endpoint: string;
  readonly code: string;
  readonly ip: string | undefined;
}

/** One unauthenticated rejection, with its request. */
export interface RejectionWithRequest extends RejectionRecord {
  /** `undefined` if an older version of the kit has recorded the rejection. */
  readonly request: RejectedRequest | undefined;
}

/** The deliveries that were rejected before they were authenticated. */
export interface UnauthenticatedRejections {
  /** Newest first. */
  readonly counts: readonly RejectionCount[];
  /** The rejections whose requests are kept, newest first: see the option `keepRejected` of a receiver. */
  readonly latest: readonly RejectionRecord[];
}

/** The options of `rejections`. */
export interface RejectionOptions {
  /**
   * Return only the counts of hours that end after this time. A store keeps the counts of all hours that were not pruned.
   * @default undefined: all hours
   */
  readonly since?: Date | undefined;
}

const hour = 3_600_000;

/**
 * Check the options of `rejections`.
 * @returns the earliest beginning of a counted hour, in milliseconds since 1970. `undefined` for all hours
 * @throws ConfigurationError that names the option
 */
export function readRejectionOptions({ since }: RejectionOptions = {}): number | undefined {
  if (since === undefined) return undefined;
  checkTime('since', since);
  return rejectionHour({ receivedAt: since });
}

/** Return the beginning of the hour in which a rejection is counted, in milliseconds since 1970. */
export function rejectionHour({ receivedAt }: { readonly receivedAt: Date }): number {
  return Math.floor(receivedAt.getTime() / hour) * hour;
}

/** Read the headers of a kept request that were parsed from JSON. Members that are not headers are ignored. */
export function readRequestHeaders(value: unknown): RejectedRequest['headers'] {
  return Array.isArray(value) ? value.filter(isHeader) : [];
}

function isHeader(value: unknown): value is readonly [string, string] {
  return Array.isArray(value) && value.length === 2 && value.every((part) => typeof part === 'string');
}
