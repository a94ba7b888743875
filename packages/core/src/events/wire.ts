/**
 * The envelope in which an event was sent.
 *
 * - `guide`: the envelope in the guide, `{"event_type","timestamp","data",…}`
 * - `shipped`: SpiderFoot's dispatcher and delivery module, `{"event_type","timestamp","payload"}`
 * - `notification`: SpiderFoot's notification channel, `{"event","title","message","data","source"}`
 * - `topic`: SpiderFoot's notification service, which never signs its requests,
 *   `{"topic","title","message","severity","timestamp","data"}`
 */
export type Dialect = 'guide' | 'shipped' | 'notification' | 'topic';

/** The form in which an event was sent. */
export interface Wire {
  readonly dialect: Dialect;
  /** The type as the sender wrote it, for example `scan.complete` for the event type `scan_completed`. */
  readonly eventType: string;
  /**
   * The value of the header `X-SpiderFoot-Event`, if the request has one. The header is not signed: log it, but never
   * trust it.
   */
  readonly eventHeader: string | undefined;
  /**
   * The body's text as it was signed. It preserves duplicate keys and integers above 2^53, which parsing loses. Escapes
   * are as the sender wrote them, including escapes of lone surrogates (`\ud83d`).
   */
  readonly body: string;
  /** The number of Python's `NaN`, `Infinity` and `-Infinity` values that were replaced by `null`. */
  readonly nonFinite: number;
}

/** One reason why an event does not fit its schema. */
export interface EventIssue {
  /** The path from the top of the envelope: keys and indices, joined by dots. */
  readonly path: string;
  readonly message: string;
}
