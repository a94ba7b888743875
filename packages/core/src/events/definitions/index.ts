import { alertEvents } from './alert.ts';
import { assetEvents } from './asset.ts';
import { findingEvents } from './finding.ts';
import { scanEvents } from './scan.ts';
import { systemEvents } from './system.ts';
import { taskEvents } from './task.ts';
import { workflowEvents } from './workflow.ts';

/**
 * Every known event type. Schemas, aliases, categories, severities and the exported types are derived from this
 * object, and `satisfies Record<KnownEventType, …>` requires a row in each table that has one per type.
 */
export const definitions = {
  ...scanEvents,
  ...findingEvents,
  ...workflowEvents,
  ...systemEvents,
  ...assetEvents,
  ...taskEvents,
  ...alertEvents,
};
