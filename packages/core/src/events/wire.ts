/**
 * The envelope that an event came in.
 *
 * - `guide`: the envelope in the guide, `{"event_type","timestamp","data",…}`
 * - `shipped`: SpiderFoot's dispatcher and delivery module, `{"event_type","timestamp","payload"}`
 * - `notification`: SpiderFoot's notification channel, `{"event","title","message","data","source"}`
 * - `topic`: SpiderFoot's notification service, which never signs its requests,
 *   `{"topic","title","message","severity","timestamp","data"}`
 */
export type Dialect = 'guide' | 'shipped' | 'notification' | 'topic';

/** An event's form on the wire, beside the event itself. */
export interface Wire {
  readonly dialect: Dialect;
  /** The type as the sender wrote it: `scan.complete`, where the event says `scan_completed`. */
  readonly eventType: string;
  /**
   * What the header `X-SpiderFoot-Event` says, where the delivery came with one. Not signed: to be reported, never to
   * be trusted.
   */
  readonly eventHeader: string | undefined;
  /**
   * The body's text as it was signed. It keeps what parsing loses: duplicate keys and integers past 2^53. Escapes are
   * as the sender wrote them, including those of lone surrogates (`\ud83d`).
   */
  readonly body: string;
  /** How many `NaN`, `Infinity` or `-Infinity` of Python's were taken as `null`. */
  readonly nonFinite: number;
}

/** One reason why an event does not fit its schema. */
export interface EventIssue {
  /** Where: keys and indices from the envelope's top, joined by dots. */
  readonly path: string;
  readonly message: string;
}
