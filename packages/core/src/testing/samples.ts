import { aliases } from '../events/aliases.ts';
import type { KnownEventType } from '../events/types.ts';

const scan = { scan_id: 'scan_12345', target: 'example.com', target_type: 'DOMAIN_NAME' };
const finding = { scan_id: 'scan_12345', target: 'example.com' };
const task = {
  task_id: 'task_7f3a',
  task_type: 'scan',
  meta: { target: 'example.com' },
  result: null,
  error: null,
  created_at: 1704110400.25,
  started_at: 1704110401.5,
  completed_at: null,
  elapsed_seconds: 2.75,
};
const alert = (severity: string) => ({
  rule_name: 'open-database',
  severity,
  message: 'A database is open to the internet',
  timestamp: 1704110400.25,
  acknowledged: false,
  context: { target: 'example.com' },
});
const modulePayload = { scan_id: 'scan_12345', module: 'sfp_dnsresolve' };

/** A sample of `data` for every event type. `signedWebhook` uses it if you pass no `data`. */
export const samples: { readonly [Type in KnownEventType]: Readonly<Record<string, unknown>> } = {
  scan_started: {
    ...scan,
    status: 'STARTING',
    modules_used: ['sfp_dnsresolve', 'sfp_ssl', 'sfp_portscan_tcp'],
  },
  scan_completed: {
    ...scan,
    status: 'FINISHED',
    events_found: 1234,
    high_risk_events: 5,
    duration: 3600,
    modules_used: ['sfp_dnsresolve', 'sfp_ssl', 'sfp_portscan_tcp'],
  },
  scan_failed: { ...scan, status: 'ERROR-FAILED', error: 'The target does not resolve', duration: 12 },
  scan_progress: { ...scan, status: 'RUNNING', events_found: 321, duration: 600 },
  high_risk_event: {
    ...finding,
    event_type: 'VULNERABILITY_CVE_CRITICAL',
    data: 'CVE-2021-44228',
    module: 'sfp_vulndb',
  },
  medium_risk_event: {
    ...finding,
    event_type: 'SSL_CERTIFICATE_EXPIRING',
    data: 'expires in 3 days',
    module: 'sfp_sslcert',
  },
  vulnerability_found: {
    ...finding,
    event_type: 'VULNERABILITY_CVE_HIGH',
    data: 'CVE-2023-4863',
    module: 'sfp_vulndb',
  },
  malware_detected: {
    ...finding,
    event_type: 'MALICIOUS_IPADDR',
    data: '192.0.2.66',
    module: 'sfp_threatfeed',
  },
  correlation_completed: { ...finding, correlations_found: 3 },
  cti_report_generated: { ...finding, report_id: 'cti_881' },
  workspace_created: { workspace_id: 'ws_abc123', name: 'Perimeter' },
  multi_scan_completed: { workspace_id: 'ws_abc123', targets: ['example.com', 'example.org'] },
  system_alert: { message: 'The disk of the scan host is nearly full', severity: 'warning' },
  resource_warning: { message: 'Memory above 90 %', usage: 0.93 },
  module_error: { ...modulePayload, error: 'HTTP 403 from the data source' },

  'scan.created': scan,
  'scan.stopped': scan,
  'scan.aborted': scan,
  'scan.deleted': scan,
  'scan.archived': scan,
  'scan.unarchived': scan,
  'scan.rerun': scan,
  'scan.cloned': scan,
  'event.new': { ...finding, type: 'IP_ADDRESS', data: '192.0.2.1' },
  'event.false_positive': { ...finding, type: 'IP_ADDRESS', data: '192.0.2.1' },
  'finding.new': { ...finding, title: 'Open port', severity: 'low' },
  'finding.critical': { ...finding, title: 'Database without a password', severity: 'critical' },
  'correlation.resolved': { ...finding, correlation_id: 'corr_9' },
  'asset.discovered': { asset: 'www.example.com', asset_type: 'INTERNET_NAME' },
  'asset.risk_changed': { asset: 'www.example.com', from: 'low', to: 'high' },
  'monitor.change': { target: 'example.com', change: 'MX record' },
  'task.queued': { ...task, state: 'queued', progress: 0 },
  'task.running': { ...task, state: 'running', progress: 0.4 },
  'task.completed': { ...task, state: 'completed', progress: 1, completed_at: 1704110404.25 },
  'task.failed': { ...task, state: 'failed', progress: 0.4, error: 'Timed out' },
  'task.cancelled': { ...task, state: 'cancelled', progress: 0.4 },
  'alert.critical': alert('critical'),
  'alert.high': alert('high'),
  'alert.medium': alert('medium'),
  'alert.low': alert('low'),
  'alert.info': alert('info'),
  'module.started': modulePayload,
  'module.completed': modulePayload,
  'module.timeout': modulePayload,
  'schedule.triggered': { schedule_id: 'weekly', target: 'example.com' },
  'export.ready': { scan_id: 'scan_12345', format: 'json' },
  'system.health': { status: 'ok' },
  'system.health_degraded': { status: 'degraded', component: 'scanner' },
  'system.config_changed': { key: 'max_threads' },
  'system.api_key_rotated': { key_id: 'key_3' },
  'webhook.test': { message: 'Test', timestamp: 1704110400.25, webhook_id: 'wh_1' },
};

/** Return the sample of a type, by its name or an alias. `undefined` for an unknown type. */
export function sampleOf(type: string): Readonly<Record<string, unknown>> | undefined {
  const names: Readonly<Record<string, string>> = aliases;
  const known: Readonly<Record<string, Readonly<Record<string, unknown>>>> = samples;
  const name = Object.hasOwn(names, type) ? names[type] : type;
  return name !== undefined && Object.hasOwn(known, name) ? known[name] : undefined;
}

/** The names and aliases of all types that have a sample. */
export const sampledTypes: readonly string[] = [...Object.keys(samples), ...Object.keys(aliases)];
