import type { WebhookEvent } from '@spiderfoot-webhooks/core';

/** How much an event calls for somebody to look. */
export type Severity = 'CRITICAL' | 'HIGH' | 'MEDIUM' | 'LOW' | 'INFO';

/** The guide's map for a SIEM goes further here: on a screen, malware must not look like a scan that has begun. */
const byType: Readonly<Record<string, Severity>> = {
  malware_detected: 'CRITICAL',
  'finding.critical': 'CRITICAL',
  'alert.critical': 'CRITICAL',
  high_risk_event: 'HIGH',
  vulnerability_found: 'HIGH',
  'alert.high': 'HIGH',
  medium_risk_event: 'MEDIUM',
  scan_failed: 'MEDIUM',
  module_error: 'MEDIUM',
  resource_warning: 'MEDIUM',
  'alert.medium': 'MEDIUM',
  'task.failed': 'MEDIUM',
  'module.timeout': 'MEDIUM',
  'system.health_degraded': 'MEDIUM',
  correlation_completed: 'LOW',
  'alert.low': 'LOW',
  'asset.risk_changed': 'LOW',
};

const severities = ['CRITICAL', 'HIGH', 'MEDIUM', 'LOW', 'INFO'] as const satisfies Severity[];

/** An event's severity: its own word where it has one, else what its type stands for; a scan's by what it has found. */
export function severityOf({ event_type, data }: WebhookEvent): Severity {
  const own = 'severity' in data ? readSeverity(data.severity) : undefined;
  if (own !== undefined) return own;
  if (event_type === 'scan_completed' || event_type === 'multi_scan_completed') {
    if (isPositive('high_risk_events' in data && data.high_risk_events)) return 'HIGH';
    if (isPositive('medium_risk_events' in data && data.medium_risk_events)) return 'MEDIUM';
  }
  const type: string = event_type;
  return Object.hasOwn(byType, type) ? (byType[type] ?? 'INFO') : 'INFO';
}

function readSeverity(value: unknown): Severity | undefined {
  return severities.find((known) => typeof value === 'string' && known === value.toUpperCase());
}

function isPositive(value: unknown): boolean {
  return typeof value === 'number' && value > 0;
}
