/** What an event is about, for every format alike. */
export type Category =
  | 'scan'
  | 'finding'
  | 'vulnerability'
  | 'malware'
  | 'correlation'
  | 'alert'
  | 'configuration'
  | 'operation';

/** What has become of it. */
export type Action =
  | 'started'
  | 'restarted'
  | 'progress'
  | 'completed'
  | 'cancelled'
  | 'failed'
  | 'created'
  | 'changed'
  | 'deleted'
  | 'reported';

export interface Kind {
  readonly category: Category;
  readonly action: Action;
}

const kinds: ReadonlyMap<string, readonly [Category, Action]> = new Map([
  ['scan_started', ['scan', 'started']],
  ['scan_completed', ['scan', 'completed']],
  ['scan_failed', ['scan', 'failed']],
  ['scan_progress', ['scan', 'progress']],
  ['multi_scan_completed', ['scan', 'completed']],
  ['scan.created', ['scan', 'created']],
  ['scan.stopped', ['scan', 'cancelled']],
  ['scan.aborted', ['scan', 'cancelled']],
  ['scan.deleted', ['scan', 'deleted']],
  ['scan.archived', ['scan', 'changed']],
  ['scan.unarchived', ['scan', 'changed']],
  ['scan.rerun', ['scan', 'restarted']],
  ['scan.cloned', ['scan', 'created']],

  ['high_risk_event', ['finding', 'reported']],
  ['medium_risk_event', ['finding', 'reported']],
  ['event.new', ['finding', 'reported']],
  ['event.false_positive', ['finding', 'changed']],
  ['finding.new', ['finding', 'reported']],
  ['finding.critical', ['finding', 'reported']],
  ['vulnerability_found', ['vulnerability', 'reported']],
  ['malware_detected', ['malware', 'reported']],
  ['correlation_completed', ['correlation', 'reported']],
  ['correlation.resolved', ['correlation', 'completed']],

  ['system_alert', ['alert', 'reported']],
  ['alert.critical', ['alert', 'reported']],
  ['alert.high', ['alert', 'reported']],
  ['alert.medium', ['alert', 'reported']],
  ['alert.low', ['alert', 'reported']],
  ['alert.info', ['alert', 'reported']],

  ['system.config_changed', ['configuration', 'changed']],
  ['system.api_key_rotated', ['configuration', 'changed']],
  ['workspace_created', ['configuration', 'created']],

  ['cti_report_generated', ['operation', 'completed']],
  ['module_error', ['operation', 'failed']],
  ['module.started', ['operation', 'started']],
  ['module.completed', ['operation', 'completed']],
  ['module.timeout', ['operation', 'failed']],
  ['task.queued', ['operation', 'created']],
  ['task.running', ['operation', 'progress']],
  ['task.completed', ['operation', 'completed']],
  ['task.failed', ['operation', 'failed']],
  ['task.cancelled', ['operation', 'cancelled']],
  ['schedule.triggered', ['operation', 'started']],
  ['export.ready', ['operation', 'completed']],
]);

/** What a type is about; a type that is not listed is an operation, reported. */
export function kindOf(type: string): Kind {
  const [category, action] = kinds.get(type) ?? ['operation', 'reported'];
  return { category, action };
}
