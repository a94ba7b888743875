import type { Data } from './event-data.ts';

/**
 * The title of a field, and its value: the name of a member of `data`, or a function of `data`. A field without a value
 * is left out.
 */
export type Field = readonly [title: string, value: string | ((data: Data) => unknown)];

export const target: Field = ['Target', 'target'];
export const scanId: Field = ['Scan', 'scan_id'];
export const status: Field = ['Status', 'status'];
export const eventsFound: Field = ['Events Found', 'events_found'];
export const duration: Field = ['Duration', ({ duration }) => seconds(duration)];
const module: Field = ['Module', 'module'];
export const error: Field = ['Error', 'error'];
export const message: Field = ['Message', 'message'];
export const workspace: Field = ['Workspace', 'workspace_id'];
export const severity: Field = ['Severity', 'severity'];
export const asset: Field = ['Asset', 'asset'];

export const scan = [target, scanId, status];
export const finding: readonly Field[] = [
  target,
  ['Type', ({ event_type, type }) => event_type ?? type],
  ['Finding', ({ data, title }) => data ?? title],
  severity,
  module,
  scanId,
];
export const task: readonly Field[] = [
  ['Task', 'task_id'],
  ['Type', 'task_type'],
  ['Progress', ({ progress }) => (typeof progress === 'number' ? `${Math.round(progress * 100)} %` : '')],
  ['Elapsed', ({ elapsed_seconds }) => seconds(elapsed_seconds)],
  error,
];
export const alert: readonly Field[] = [message, ['Rule', 'rule_name'], severity, ['Context', 'context']];
export const correlation: readonly Field[] = [target, scanId, ['Correlation', 'correlation_id']];
export const moduleRun = [module, scanId, error];

function seconds(value: unknown): string {
  return typeof value === 'number' ? `${value} seconds` : '';
}
