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
  readonly receivedAt: Date;
  readonly endpoint: string;
  readonly code: string;
  readonly ip: string | undefined;
}

/** The deliveries that were rejected before they were authenticated. */
export interface UnauthenticatedRejections {
  /** Newest first. */
  readonly counts: readonly RejectionCount[];
  /** The latest rejections, newest first, if the store keeps each of them. */
  readonly latest: readonly RejectionRecord[];
}

const hour = 3_600_000;

/** Return the beginning of the hour in which a rejection is counted, in milliseconds since 1970. */
export function rejectionHour({ receivedAt }: { readonly receivedAt: Date }): number {
  return Math.floor(receivedAt.getTime() / hour) * hour;
}
