import * as z from 'zod';
import { defineEvents } from './define-events.ts';
import { anyObject, scanFields, text } from './fields.ts';

const scan = z.looseObject(scanFields);
const workspace = z.looseObject({ workspace_id: text() });

export const workflowEvents = defineEvents({
  correlation_completed: {
    schema: scan,
    category: 'workflow',
    // The first alias is the name in the guide's configuration.
    aliases: ['correlation_found', 'correlation.detected'],
    severity: 'LOW',
  },
  cti_report_generated: { schema: scan, category: 'workflow', severity: 'INFO' },
  workspace_created: { schema: workspace, category: 'workflow', severity: 'INFO' },
  multi_scan_completed: { schema: workspace, category: 'workflow', severity: 'INFO' },

  'correlation.resolved': { schema: anyObject, category: 'correlation', severity: 'INFO' },
  'schedule.triggered': { schema: anyObject, category: 'schedule', severity: 'INFO' },
  // Only the notification channel uses this alias.
  'export.ready': { schema: anyObject, category: 'export', aliases: ['report_ready'], severity: 'INFO' },
});
