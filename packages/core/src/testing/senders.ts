import type { Dialect } from '../events/wire.ts';
import { pythonFloat } from './python-json.ts';

/**
 * One of SpiderFoot's senders, named by its dialect. `delivery` is SpiderFoot's delivery module, which writes the `shipped`
 * dialect with sorted keys and uses its own signature header.
 */
export type SenderDialect = Dialect | 'delivery';

/** The form in which one of SpiderFoot's senders writes a webhook. */
export interface Sender {
  /** The signature header in lowercase. `undefined` for the sender that never signs. */
  readonly signatureHeader: string | undefined;
  readonly userAgent: string;
  /** Whether it sends the type in `X-SpiderFoot-Event`. */
  readonly namesEvent: boolean;
  /** Return the body before Python serializes it. */
  envelope(type: string, timestamp: Date, data: unknown): unknown;
}

const dispatcherAgent = 'SpiderFoot-Webhook/1.0';
/** The User-Agent of Python's library, because the notification senders set none. */
const urllibAgent = 'Python-urllib/3.12';

const seconds = (timestamp: Date) => pythonFloat(timestamp.getTime() / 1000);
const shipped: Sender['envelope'] = (event_type, timestamp, payload) => ({
  event_type,
  timestamp: seconds(timestamp),
  payload,
});

export const senders: Readonly<Record<SenderDialect, Sender>> = {
  guide: {
    signatureHeader: 'x-spiderfoot-signature',
    userAgent: dispatcherAgent,
    namesEvent: true,
    envelope: (event_type, timestamp, data) => ({
      event_type,
      timestamp: timestamp.toISOString(),
      source: 'spiderfoot',
      version: '5.0.3',
      data,
      metadata: { workspace_id: 'ws_abc123', user: 'admin', scan_name: 'Weekly Security Scan' },
    }),
  },
  shipped: {
    signatureHeader: 'x-spiderfoot-signature',
    userAgent: dispatcherAgent,
    namesEvent: true,
    envelope: shipped,
  },
  delivery: {
    signatureHeader: 'x-spiderfoot-signature-256',
    userAgent: dispatcherAgent,
    namesEvent: false,
    envelope: (type, timestamp, data) => withSortedKeys(shipped(type, timestamp, data)),
  },
  notification: {
    signatureHeader: 'x-signature-256',
    userAgent: urllibAgent,
    namesEvent: false,
    // This sender does not write a time.
    envelope: (event, _timestamp, data) => ({
      event,
      title: 'SpiderFoot',
      message: `The event ${event}`,
      data,
      source: 'spiderfoot',
    }),
  },
  topic: {
    signatureHeader: undefined,
    userAgent: urllibAgent,
    namesEvent: false,
    envelope: (topic, timestamp, data) => ({
      topic,
      title: 'SpiderFoot',
      message: `The topic ${topic}`,
      severity: 'info',
      timestamp: seconds(timestamp),
      data,
    }),
  },
};

/** Sort keys as `json.dumps(…, sort_keys=True)` does. Returns values other than lists and plain objects unchanged. */
function withSortedKeys(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(withSortedKeys);
  if (typeof value !== 'object' || value === null || Object.getPrototypeOf(value) !== Object.prototype)
    return value;
  const members = Object.entries(value).map(([key, member]) => [key, withSortedKeys(member)] as const);
  return Object.fromEntries(members.toSorted(([a], [b]) => (a < b ? -1 : 1)));
}
