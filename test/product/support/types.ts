/** The guide's fifteen types, in its four groups. */
export const guideTypes: readonly string[] = [
  ...['scan_started', 'scan_completed', 'scan_failed', 'scan_progress'],
  ...['high_risk_event', 'medium_risk_event', 'vulnerability_found', 'malware_detected'],
  ...['correlation_completed', 'cti_report_generated', 'workspace_created', 'multi_scan_completed'],
  ...['system_alert', 'resource_warning', 'module_error'],
];

const dotted = (prefix: string, ...names: string[]) => names.map((name) => `${prefix}.${name}`);

/** The types that SpiderFoot as shipped lists or sends. */
export const shippedTypes: readonly string[] = [
  // Types in the list of the API.
  ...dotted('scan', 'created', 'started', 'completed', 'stopped', 'error'),
  ...dotted('scan', 'deleted', 'archived', 'unarchived', 'rerun', 'cloned'),
  ...dotted('event', 'new', 'false_positive'),
  ...dotted('correlation', 'detected', 'resolved'),
  ...dotted('module', 'started', 'completed', 'error', 'timeout'),
  ...dotted('system', 'health_degraded', 'config_changed', 'api_key_rotated'),
  // Types that its code sends.
  ...dotted('task', 'queued', 'running', 'completed', 'failed', 'cancelled'),
  ...dotted('alert', 'critical', 'high', 'medium', 'low', 'info'),
  'webhook.test',
  'scan.complete',
  // Further types in the list of the delivery module.
  ...dotted('scan', 'failed', 'aborted', 'progress'),
  ...dotted('finding', 'new', 'critical'),
  'vulnerability.detected',
  ...dotted('asset', 'discovered', 'risk_changed'),
  'monitor.change',
  'schedule.triggered',
  'export.ready',
  'system.health',
];

/** The names that SpiderFoot sends, and the canonical name of each event. */
export const twins: Readonly<Record<string, string>> = {
  correlation_found: 'correlation_completed',
  'correlation.detected': 'correlation_completed',
  'scan.started': 'scan_started',
  'scan.complete': 'scan_completed',
  'scan.completed': 'scan_completed',
  'scan.error': 'scan_failed',
  'scan.failed': 'scan_failed',
  'scan.progress': 'scan_progress',
  'vulnerability.detected': 'vulnerability_found',
  'module.error': 'module_error',
};
