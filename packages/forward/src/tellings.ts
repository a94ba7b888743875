import type { KnownEventType } from '@spiderfoot-webhooks/core';
import { clean, textOf } from './text.ts';

/** How a message looks: Slack's three colours, and one for what is just news. */
export type Level = 'good' | 'warning' | 'danger' | 'info';

/** How a type is told. To change what a message says, change it here: Slack, Discord and Teams all follow. */
export interface Telling {
  /** Comes after `SpiderFoot`, and before what the event is about. */
  readonly title: string;
  readonly level: Level | ((data: Data) => Level);
  readonly fields: readonly Field[];
}

export type Data = Readonly<Record<string, unknown>>;

/** A field's title, and the member of `data` that it shows, or what is made of them. One without a value is left out. */
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

const tellings: Readonly<Record<KnownEventType, Telling>> = {
  scan_started: { title: 'Scan Started', level: 'info', fields: scan },
  // The guide's message: its words, its rule for the colour, its four fields.
  scan_completed: {
    title: 'Scan Completed',
    level: levelOfScan,
    fields: [target, eventsFound, ['High Risk', ({ high_risk_events }) => high_risk_events ?? 0], duration],
  },
  scan_failed: { title: 'Scan Failed', level: 'danger', fields: [...scan, error, duration] },
  scan_progress: { title: 'Scan Progress', level: 'info', fields: [...scan, eventsFound, duration] },

  high_risk_event: { title: 'High Risk Finding', level: 'danger', fields: finding },
  medium_risk_event: { title: 'Medium Risk Finding', level: 'warning', fields: finding },
  vulnerability_found: { title: 'Vulnerability Found', level: 'danger', fields: finding },
  malware_detected: { title: 'Malware Detected', level: 'danger', fields: finding },

  correlation_completed: {
    title: 'Correlation Completed',
    level: 'info',
    fields: [...correlation, ['Correlations Found', 'correlations_found']],
  },
  cti_report_generated: {
    title: 'CTI Report Generated',
    level: 'good',
    fields: [target, scanId, ['Report', 'report_id']],
  },
  workspace_created: { title: 'Workspace Created', level: 'info', fields: [workspace, ['Name', 'name']] },
  multi_scan_completed: {
    title: 'Multi-Target Scan Completed',
    level: levelOfScan,
    fields: [workspace, ['Targets', ({ targets }) => listed(targets)], eventsFound, duration],
  },

  system_alert: { title: 'System Alert', level: levelOfSeverity, fields: [message, severity] },
  resource_warning: { title: 'Resource Warning', level: 'warning', fields: [message, ['Usage', 'usage']] },
  module_error: { title: 'Module Error', level: 'warning', fields: moduleRun },

  'scan.created': { title: 'Scan Created', level: 'info', fields: scan },
  'scan.stopped': { title: 'Scan Stopped', level: 'warning', fields: scan },
  'scan.aborted': { title: 'Scan Aborted', level: 'warning', fields: scan },
  'scan.deleted': { title: 'Scan Deleted', level: 'info', fields: scan },
  'scan.archived': { title: 'Scan Archived', level: 'info', fields: scan },
  'scan.unarchived': { title: 'Scan Unarchived', level: 'info', fields: scan },
  'scan.rerun': { title: 'Scan Rerun', level: 'info', fields: scan },
  'scan.cloned': { title: 'Scan Cloned', level: 'info', fields: scan },

  'event.new': { title: 'New Event', level: 'info', fields: finding },
  'event.false_positive': { title: 'False Positive', level: 'info', fields: finding },
  'finding.new': { title: 'New Finding', level: levelOfSeverity, fields: finding },
  'finding.critical': { title: 'Critical Finding', level: 'danger', fields: finding },
  'correlation.resolved': { title: 'Correlation Resolved', level: 'good', fields: correlation },
  'asset.discovered': { title: 'Asset Discovered', level: 'info', fields: [asset, ['Type', 'asset_type']] },
  'asset.risk_changed': {
    title: 'Asset Risk Changed',
    level: 'warning',
    fields: [asset, ['From', 'from'], ['To', 'to']],
  },
  'monitor.change': { title: 'Change Monitored', level: 'warning', fields: [target, ['Change', 'change']] },

  'task.queued': { title: 'Task Queued', level: 'info', fields: task },
  'task.running': { title: 'Task Running', level: 'info', fields: task },
  'task.completed': { title: 'Task Completed', level: 'good', fields: task },
  'task.failed': { title: 'Task Failed', level: 'danger', fields: task },
  'task.cancelled': { title: 'Task Cancelled', level: 'warning', fields: task },

  'alert.critical': { title: 'Critical Alert', level: 'danger', fields: alert },
  'alert.high': { title: 'High Alert', level: 'danger', fields: alert },
  'alert.medium': { title: 'Medium Alert', level: 'warning', fields: alert },
  'alert.low': { title: 'Low Alert', level: 'info', fields: alert },
  'alert.info': { title: 'Alert', level: 'info', fields: alert },

  'module.started': { title: 'Module Started', level: 'info', fields: moduleRun },
  'module.completed': { title: 'Module Completed', level: 'good', fields: moduleRun },
  'module.timeout': { title: 'Module Timeout', level: 'warning', fields: moduleRun },
  'schedule.triggered': {
    title: 'Schedule Triggered',
    level: 'info',
    fields: [target, ['Schedule', 'schedule_id']],
  },
  'export.ready': { title: 'Export Ready', level: 'good', fields: [scanId, ['Format', 'format']] },
  'system.health': { title: 'System Health', level: 'info', fields: [status] },
  'system.health_degraded': {
    title: 'System Health Degraded',
    level: 'danger',
    fields: [status, ['Component', 'component']],
  },
  'system.config_changed': { title: 'Configuration Changed', level: 'warning', fields: [['Key', 'key']] },
  'system.api_key_rotated': { title: 'API Key Rotated', level: 'info', fields: [['Key', 'key_id']] },
  'webhook.test': { title: 'Webhook Test', level: 'info', fields: [message] },
};

/** How an event is told; one of a type that nobody knows yet by its name and what its data begins with. */
export function tellingOf(type: string, data: Data): Telling {
  const known: Readonly<Record<string, Telling>> = tellings;
  const telling = Object.hasOwn(known, type) ? known[type] : undefined;
  if (telling !== undefined) return telling;
  const members = Object.keys(data).slice(0, 8);
  return {
    title: clean(type, 40),
    level: 'info',
    fields: members.map((name) => [clean(name, 60) || '?', name]),
  };
}

/** The guide's rule. */
function levelOfScan({ high_risk_events: high, medium_risk_events: medium }: Data): Level {
  // By way of text: an object with a `valueOf` of the sender's throws where it is made a number.
  if (Number(textOf(high)) > 0) return 'danger';
  return Number(textOf(medium)) > 0 ? 'warning' : 'good';
}

function levelOfSeverity({ severity }: Data): Level {
  const word = typeof severity === 'string' ? severity.toLowerCase() : '';
  if (['critical', 'high', 'error'].includes(word)) return 'danger';
  return ['low', 'info'].includes(word) ? 'info' : 'warning';
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
