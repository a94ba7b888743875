import * as z from 'zod';

/**
 * `payload` of the dotted types that SpiderFoot as shipped sends and that have no twin in the guide. Where its
 * source shows the fields they are here; the rest keep what comes.
 */

const text = () => z.string().nullish();
/** Written by `json.dumps(…, default=str)`: epoch seconds or a date's text. */
const moment = () => z.union([z.number(), z.string()]).nullish();

const task = z.looseObject({
  task_id: text(),
  task_type: text(),
  state: text(),
  progress: z.number().nullish(),
  meta: z.unknown().optional(),
  result: z.unknown().optional(),
  error: z.unknown().optional(),
  created_at: moment(),
  started_at: moment(),
  completed_at: moment(),
  elapsed_seconds: z.number().nullish(),
});

const alert = z.looseObject({
  rule_name: text(),
  severity: text(),
  message: text(),
  timestamp: moment(),
  acknowledged: z.boolean().nullish(),
  context: z.unknown().optional(),
});

const scan = z.looseObject({ scan_id: text(), target: text() });
const open = z.looseObject({});

export const shippedData = {
  'scan.created': scan,
  'scan.stopped': scan,
  'scan.aborted': scan,
  'scan.deleted': scan,
  'scan.archived': scan,
  'scan.unarchived': scan,
  'scan.rerun': scan,
  'scan.cloned': scan,

  'event.new': open,
  'event.false_positive': open,
  'finding.new': open,
  'finding.critical': open,
  'correlation.resolved': open,
  'asset.discovered': open,
  'asset.risk_changed': open,
  'monitor.change': open,

  'task.queued': task,
  'task.running': task,
  'task.completed': task,
  'task.failed': task,
  'task.cancelled': task,

  'alert.critical': alert,
  'alert.high': alert,
  'alert.medium': alert,
  'alert.low': alert,
  'alert.info': alert,

  'module.started': open,
  'module.completed': open,
  'module.timeout': open,
  'schedule.triggered': open,
  'export.ready': open,
  'system.health': open,
  'system.health_degraded': open,
  'system.config_changed': open,
  'system.api_key_rotated': open,
  'webhook.test': z.looseObject({ message: text(), timestamp: moment(), webhook_id: text() }),
};

/**
 * Other names of known types: dotted equivalents of the guide's types, the alias in the guide's configuration, and
 * the names that only the notification channel uses.
 */
export const aliases = {
  correlation_found: 'correlation_completed',
  high_severity: 'high_risk_event',
  report_ready: 'export.ready',
  subdomain_change: 'monitor.change',
  'correlation.detected': 'correlation_completed',
  'scan.started': 'scan_started',
  'scan.complete': 'scan_completed',
  'scan.completed': 'scan_completed',
  'scan.error': 'scan_failed',
  'scan.failed': 'scan_failed',
  'scan.progress': 'scan_progress',
  'vulnerability.detected': 'vulnerability_found',
  'module.error': 'module_error',
} as const;
