import type { KnownEventType } from '@spiderfoot-webhooks/core';
import type { Severity } from '@spiderfoot-webhooks/core/events';
import type { SiemRecord } from '../record.ts';

/**
 * The severities in SpiderFoot's Webhook Integration Guide, for the types that it documents. Only this format uses them,
 * because a receiver of this format may have been written according to the guide.
 * @see SpiderFoot's Webhook Integration Guide, "SIEM Integration", `map_severity`
 */
export const guideSeverities = {
  scan_started: 'LOW',
  scan_completed: 'LOW',
  scan_failed: 'MEDIUM',
  scan_progress: 'LOW',
  high_risk_event: 'HIGH',
  medium_risk_event: 'MEDIUM',
  vulnerability_found: 'LOW',
  malware_detected: 'LOW',
  correlation_completed: 'LOW',
  cti_report_generated: 'LOW',
  workspace_created: 'LOW',
  multi_scan_completed: 'LOW',
  system_alert: 'LOW',
  resource_warning: 'LOW',
  module_error: 'LOW',
} as const satisfies Partial<Record<KnownEventType, Severity>>;

/**
 * Write an event in the format of the guide's SIEM.
 * @see SpiderFoot's Webhook Integration Guide, "SIEM Integration"
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
