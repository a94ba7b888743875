import type { KnownEventType } from '@spiderfoot-webhooks/core';
import { clean } from '../text/clean-text.ts';

/** The color of a message: one of Slack's three, or `info` for plain news. */
export type Level = 'good' | 'warning' | 'danger' | 'info';

/** The title and the fields of a message about an event type. Slack, Discord, Teams and mail all use this table. */
export interface Layout {
  /**
   * Follows `SpiderFoot` and precedes the subject of the event. Fixed for each type, because a SIEM groups events by
   * it.
   */
  readonly title: string;
  /**
   * Set for good news, which is green unless the event is severe. The severity decides the color of every other type.
   */
  readonly good?: true;
  readonly fields: readonly Field[];
}

export type Data = Readonly<Record<string, unknown>>;

/**
 * A field's title, and the member of `data` that it shows or a function of `data`. A field without a value is left
 * out.
 */
type Field = readonly [title: string, value: string | ((data: Data) => unknown)];

const target: Field = ['Target', 'target'];
const scanId: Field = ['Scan', 'scan_id'];
const status: Field = ['Status', 'status'];
const eventsFound: Field = ['Events Found', 'events_found'];
const duration: Field = ['Duration', ({ duration }) => seconds(duration)];
const module: Field = ['Module', 'module'];
const error: Field = ['Error', 'error'];
const message: Field = ['Message', 'message'];
const workspace: Field = ['Workspace', 'workspace_id'];
const severity: Field = ['Severity', 'severity'];
const asset: Field = ['Asset', 'asset'];

const scan = [target, scanId, status];
const finding: readonly Field[] = [
  target,
  ['Type', ({ event_type, type }) => event_type ?? type],
  ['Finding', ({ data, title }) => data ?? title],
  severity,
  module,
  scanId,
];
const task: readonly Field[] = [
  ['Task', 'task_id'],
  ['Type', 'task_type'],
  ['Progress', ({ progress }) => (typeof progress === 'number' ? `${Math.round(progress * 100)} %` : '')],
  ['Elapsed', ({ elapsed_seconds }) => seconds(elapsed_seconds)],
  error,
];
const alert: readonly Field[] = [message, ['Rule', 'rule_name'], severity, ['Context', 'context']];
const correlation: readonly Field[] = [target, scanId, ['Correlation', 'correlation_id']];
const moduleRun = [module, scanId, error];

const layouts: Readonly<Record<KnownEventType, Layout>> = {
  scan_started: { title: 'Scan Started', fields: scan },
  // The title, the color rule and the four fields are those of the guide's example message.
  scan_completed: {
    title: 'Scan Completed',
    good: true,
    fields: [target, eventsFound, ['High Risk', ({ high_risk_events }) => high_risk_events ?? 0], duration],
  },
  scan_failed: { title: 'Scan Failed', fields: [...scan, error, duration] },
  scan_progress: { title: 'Scan Progress', fields: [...scan, eventsFound, duration] },

  high_risk_event: { title: 'High Risk Finding', fields: finding },
  medium_risk_event: { title: 'Medium Risk Finding', fields: finding },
  vulnerability_found: { title: 'Vulnerability Found', fields: finding },
  malware_detected: { title: 'Malware Detected', fields: finding },

  correlation_completed: {
    title: 'Correlation Completed',
    fields: [...correlation, ['Correlations Found', 'correlations_found']],
  },
  cti_report_generated: {
    title: 'CTI Report Generated',
    good: true,
    fields: [target, scanId, ['Report', 'report_id']],
  },
  workspace_created: { title: 'Workspace Created', fields: [workspace, ['Name', 'name']] },
  multi_scan_completed: {
    title: 'Multi-Target Scan Completed',
    good: true,
    fields: [workspace, ['Targets', ({ targets }) => listed(targets)], eventsFound, duration],
  },

  system_alert: { title: 'System Alert', fields: [message, severity] },
  resource_warning: { title: 'Resource Warning', fields: [message, ['Usage', 'usage']] },
  module_error: { title: 'Module Error', fields: moduleRun },

  'scan.created': { title: 'Scan Created', fields: scan },
  'scan.stopped': { title: 'Scan Stopped', fields: scan },
  'scan.aborted': { title: 'Scan Aborted', fields: scan },
  'scan.deleted': { title: 'Scan Deleted', fields: scan },
  'scan.archived': { title: 'Scan Archived', fields: scan },
  'scan.unarchived': { title: 'Scan Unarchived', fields: scan },
  'scan.rerun': { title: 'Scan Rerun', fields: scan },
  'scan.cloned': { title: 'Scan Cloned', fields: scan },

  'event.new': { title: 'New Event', fields: finding },
  'event.false_positive': { title: 'False Positive', fields: finding },
  'finding.new': { title: 'New Finding', fields: finding },
  'finding.critical': { title: 'Critical Finding', fields: finding },
  'correlation.resolved': { title: 'Correlation Resolved', good: true, fields: correlation },
  'asset.discovered': { title: 'Asset Discovered', fields: [asset, ['Type', 'asset_type']] },
  'asset.risk_changed': {
    title: 'Asset Risk Changed',
    fields: [asset, ['From', 'from'], ['To', 'to']],
  },
  'monitor.change': { title: 'Change Monitored', fields: [target, ['Change', 'change']] },

  'task.queued': { title: 'Task Queued', fields: task },
  'task.running': { title: 'Task Running', fields: task },
  'task.completed': { title: 'Task Completed', good: true, fields: task },
  'task.failed': { title: 'Task Failed', fields: task },
  'task.cancelled': { title: 'Task Cancelled', fields: task },

  'alert.critical': { title: 'Critical Alert', fields: alert },
  'alert.high': { title: 'High Alert', fields: alert },
  'alert.medium': { title: 'Medium Alert', fields: alert },
  'alert.low': { title: 'Low Alert', fields: alert },
  'alert.info': { title: 'Alert', fields: alert },

  'module.started': { title: 'Module Started', fields: moduleRun },
  'module.completed': { title: 'Module Completed', good: true, fields: moduleRun },
  'module.timeout': { title: 'Module Timeout', fields: moduleRun },
  'schedule.triggered': {
    title: 'Schedule Triggered',
    fields: [target, ['Schedule', 'schedule_id']],
  },
  'export.ready': { title: 'Export Ready', good: true, fields: [scanId, ['Format', 'format']] },
  'system.health': { title: 'System Health', fields: [status] },
  'system.health_degraded': {
    title: 'System Health Degraded',
    fields: [status, ['Component', 'component']],
  },
  'system.config_changed': { title: 'Configuration Changed', fields: [['Key', 'key']] },
  'system.api_key_rotated': { title: 'API Key Rotated', fields: [['Key', 'key_id']] },
  'webhook.test': { title: 'Webhook Test', fields: [message] },
};

/** Return the fixed name of a type. It contains no value of an event, because a SIEM counts events by this name. */
export function nameOf(type: string): string {
  return knownLayout(type)?.title ?? 'Other Event';
}

/** The layout of a known type; `undefined` for any other. */
function knownLayout(type: string): Layout | undefined {
  const known: Readonly<Record<string, Layout>> = layouts;
  return Object.hasOwn(known, type) ? known[type] : undefined;
}

/**
 * Return the layout of an event. For an unknown type, the title is the type, and the fields are the first members of
 * its data.
 */
export function layoutOf(type: string, data: Data): Layout {
  const layout = knownLayout(type);
  if (layout !== undefined) return layout;
  const members = Object.keys(data).slice(0, 8);
  return { title: clean(type, 40), fields: members.map((name) => [clean(name, 60) || '?', name]) };
}

function seconds(value: unknown): string {
  return typeof value === 'number' ? `${value} seconds` : '';
}

function listed(values: unknown): unknown {
  return Array.isArray(values) && values.every((value) => typeof value === 'string')
    ? values.join(', ')
    : values;
}

export function isData(value: unknown): value is Data {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
