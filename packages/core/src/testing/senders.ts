import type { Dialect } from '../events/wire.ts';
import { pythonFloat } from './python-json.ts';

/**
 * One of SpiderFoot's senders, by the dialect that it writes. `delivery` is its delivery module, which writes the
 * `shipped` dialect with sorted keys, under a header of its own.
 */
export type SenderDialect = Dialect | 'delivery';

/** How one of SpiderFoot's senders writes a webhook. */
export interface Sender {
  /** In lower case; `undefined` of the sender that never signs. */
  readonly signatureHeader: string | undefined;
  readonly userAgent: string;
  /** Whether it writes the type into `X-SpiderFoot-Event`. */
  readonly namesEvent: boolean;
  /** The body, before Python writes it as JSON. */
  envelope(type: string, timestamp: Date, data: unknown): unknown;
}

const dispatcherAgent = 'SpiderFoot-Webhook/1.0';
/** The notification senders name themselves nowhere: this is the name of Python's library. */
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
    // It has no time.
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

/** As `json.dumps(…, sort_keys=True)` orders them. What is neither a list nor a plain object stays as it is. */
function withSortedKeys(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(withSortedKeys);
  if (typeof value !== 'object' || value === null || Object.getPrototypeOf(value) !== Object.prototype)
    return value;
  const members = Object.entries(value).map(([key, member]) => [key, withSortedKeys(member)] as const);
  return Object.fromEntries(members.toSorted(([a], [b]) => (a < b ? -1 : 1)));
}
