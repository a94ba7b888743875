import type { KnownEventType } from '@spiderfoot-webhooks/core';
import { clean } from '../text/clean-text.ts';
import type { Data } from './event-data.ts';
import {
  alert,
  asset,
  correlation,
  duration,
  error,
  eventsFound,
  type Field,
  finding,
  message,
  moduleRun,
  scan,
  scanId,
  severity,
  status,
  target,
  task,
  workspace,
} from './event-fields.ts';
import type { EventAction, EventKind, EventSubject } from './event-kind.ts';

/** The title and the fields of a message about an event. */
export interface Layout {
  /**
   * Follows `SpiderFoot` and precedes the subject of the event. Fixed for each type, because SIEMs group events by it.
   */
  readonly title: string;
  /**
   * Set for good news, which is green unless the event is severe. The severity decides the color of every other type.
   */
  readonly good?: true;
  readonly fields: readonly Field[];
}

/** The definition of an event type, for all forwarders. */
interface EventType extends Layout {
  /** The subject of an event of this type, and the action on it. SIEMs classify events by them. */
  readonly kind: readonly [EventSubject, EventAction];
}

const eventTypes = {
  scan_started: { title: 'Scan Started', fields: scan, kind: ['scan', 'started'] },
  // The title, the color rule and the four fields are those of the example in SpiderFoot's Webhook Integration Guide.
  scan_completed: {
    title: 'Scan Completed',
    good: true,
    fields: [target, eventsFound, ['High Risk', ({ high_risk_events }) => high_risk_events ?? 0], duration],
    kind: ['scan', 'completed'],
  },
  scan_failed: { title: 'Scan Failed', fields: [...scan, error, duration], kind: ['scan', 'failed'] },
  scan_progress: {
    title: 'Scan Progress',
    fields: [...scan, eventsFound, duration],
    kind: ['scan', 'progress'],
  },

  high_risk_event: { title: 'High Risk Finding', fields: finding, kind: ['finding', 'reported'] },
  medium_risk_event: { title: 'Medium Risk Finding', fields: finding, kind: ['finding', 'reported'] },
  vulnerability_found: { title: 'Vulnerability Found', fields: finding, kind: ['vulnerability', 'reported'] },
  malware_detected: { title: 'Malware Detected', fields: finding, kind: ['malware', 'reported'] },

  correlation_completed: {
    title: 'Correlation Completed',
    fields: [...correlation, ['Correlations Found', 'correlations_found']],
    kind: ['correlation', 'reported'],
  },
  cti_report_generated: {
    title: 'CTI Report Generated',
    good: true,
    fields: [target, scanId, ['Report', 'report_id']],
    kind: ['operation', 'completed'],
  },
  workspace_created: {
    title: 'Workspace Created',
    fields: [workspace, ['Name', 'name']],
    kind: ['configuration', 'created'],
  },
  multi_scan_completed: {
    title: 'Multi-Target Scan Completed',
    good: true,
    fields: [workspace, ['Targets', ({ targets }) => listOf(targets)], eventsFound, duration],
    kind: ['scan', 'completed'],
  },

  system_alert: { title: 'System Alert', fields: [message, severity], kind: ['alert', 'reported'] },
  resource_warning: {
    title: 'Resource Warning',
    fields: [message, ['Usage', 'usage']],
    kind: ['operation', 'reported'],
  },
  module_error: { title: 'Module Error', fields: moduleRun, kind: ['operation', 'failed'] },

  'scan.created': { title: 'Scan Created', fields: scan, kind: ['scan', 'created'] },
  'scan.stopped': { title: 'Scan Stopped', fields: scan, kind: ['scan', 'cancelled'] },
  'scan.aborted': { title: 'Scan Aborted', fields: scan, kind: ['scan', 'cancelled'] },
  'scan.deleted': { title: 'Scan Deleted', fields: scan, kind: ['scan', 'deleted'] },
  'scan.archived': { title: 'Scan Archived', fields: scan, kind: ['scan', 'changed'] },
  'scan.unarchived': { title: 'Scan Unarchived', fields: scan, kind: ['scan', 'changed'] },
  'scan.rerun': { title: 'Scan Rerun', fields: scan, kind: ['scan', 'restarted'] },
  'scan.cloned': { title: 'Scan Cloned', fields: scan, kind: ['scan', 'created'] },

  'event.new': { title: 'New Event', fields: finding, kind: ['finding', 'reported'] },
  'event.false_positive': { title: 'False Positive', fields: finding, kind: ['finding', 'changed'] },
  'finding.new': { title: 'New Finding', fields: finding, kind: ['finding', 'reported'] },
  'finding.critical': { title: 'Critical Finding', fields: finding, kind: ['finding', 'reported'] },
  'correlation.resolved': {
    title: 'Correlation Resolved',
    good: true,
    fields: correlation,
    kind: ['correlation', 'completed'],
  },
  'asset.discovered': {
    title: 'Asset Discovered',
    fields: [asset, ['Type', 'asset_type']],
    kind: ['operation', 'reported'],
  },
  'asset.risk_changed': {
    title: 'Asset Risk Changed',
    fields: [asset, ['From', 'from'], ['To', 'to']],
    kind: ['operation', 'reported'],
  },
  'monitor.change': {
    title: 'Change Monitored',
    fields: [target, ['Change', 'change']],
    kind: ['operation', 'reported'],
  },

  'task.queued': { title: 'Task Queued', fields: task, kind: ['operation', 'created'] },
  'task.running': { title: 'Task Running', fields: task, kind: ['operation', 'progress'] },
  'task.completed': { title: 'Task Completed', good: true, fields: task, kind: ['operation', 'completed'] },
  'task.failed': { title: 'Task Failed', fields: task, kind: ['operation', 'failed'] },
  'task.cancelled': { title: 'Task Cancelled', fields: task, kind: ['operation', 'cancelled'] },

  'alert.critical': { title: 'Critical Alert', fields: alert, kind: ['alert', 'reported'] },
  'alert.high': { title: 'High Alert', fields: alert, kind: ['alert', 'reported'] },
  'alert.medium': { title: 'Medium Alert', fields: alert, kind: ['alert', 'reported'] },
  'alert.low': { title: 'Low Alert', fields: alert, kind: ['alert', 'reported'] },
  'alert.info': { title: 'Alert', fields: alert, kind: ['alert', 'reported'] },

  'module.started': { title: 'Module Started', fields: moduleRun, kind: ['operation', 'started'] },
  'module.completed': {
    title: 'Module Completed',
    good: true,
    fields: moduleRun,
    kind: ['operation', 'completed'],
  },
  'module.timeout': { title: 'Module Timeout', fields: moduleRun, kind: ['operation', 'failed'] },
  'schedule.triggered': {
    title: 'Schedule Triggered',
    fields: [target, ['Schedule', 'schedule_id']],
    kind: ['operation', 'started'],
  },
  'export.ready': {
    title: 'Export Ready',
    good: true,
    fields: [scanId, ['Format', 'format']],
    kind: ['operation', 'completed'],
  },
  'system.health': { title: 'System Health', fields: [status], kind: ['operation', 'reported'] },
  'system.health_degraded': {
    title: 'System Health Degraded',
    fields: [status, ['Component', 'component']],
    kind: ['operation', 'reported'],
  },
  'system.config_changed': {
    title: 'Configuration Changed',
    fields: [['Key', 'key']],
    kind: ['configuration', 'changed'],
  },
  'system.api_key_rotated': {
    title: 'API Key Rotated',
    fields: [['Key', 'key_id']],
    kind: ['configuration', 'changed'],
  },
  'webhook.test': { title: 'Webhook Test', fields: [message], kind: ['operation', 'reported'] },
} as const satisfies Readonly<Record<KnownEventType, EventType>>;

/** Return the definition of a known type; `undefined` for any other. A type can be called `constructor`. */
function knownType(type: string): EventType | undefined {
  const known: Readonly<Record<string, EventType>> = eventTypes;
  return Object.hasOwn(known, type) ? known[type] : undefined;
}

/** Return the fixed name of a type. It contains no value of an event, because a SIEM counts events by this name. */
export function nameOf(type: string): string {
  return knownType(type)?.title ?? 'Other Event';
}

/** Return the kind of a type. An unknown type is an operation that was reported. */
export function kindOf(type: string): EventKind {
  const [subject, action] = knownType(type)?.kind ?? ['operation', 'reported'];
  return { subject, action };
}

/**
 * Return the layout of an event. For an unknown type, the title is the type, and the fields are the first members of
 * its data.
 */
export function layoutOf(type: string, data: Data): Layout {
  const layout = knownType(type);
  if (layout !== undefined) return layout;
  const members = Object.keys(data).slice(0, 8);
  return { title: clean(type, 40), fields: members.map((name) => [clean(name, 60) || '?', name]) };
}

function listOf(values: unknown): unknown {
  return Array.isArray(values) && values.every((value) => typeof value === 'string')
    ? values.join(', ')
    : values;
}
