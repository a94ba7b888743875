import type { SiemRecord } from '../record.ts';

/**
 * The guide's event.
 * @see the guide, "SIEM Integration"
 */
export function guideDocument({ timestamp, event, severity }: SiemRecord) {
  return {
    timestamp,
    source: 'SpiderFoot',
    event_type: event.event_type,
    severity,
    raw_data: event.data,
    tags: ['osint', 'spiderfoot'],
  };
}
