import * as z from 'zod';
import { defineEvents } from './define-events.ts';
import { number, text, time } from './fields.ts';

const task = z.looseObject({
  task_id: text(),
  task_type: text(),
  state: text(),
  progress: number(),
  meta: z.unknown().optional(),
  result: z.unknown().optional(),
  error: z.unknown().optional(),
  created_at: time(),
  started_at: time(),
  completed_at: time(),
  elapsed_seconds: number(),
});

export const taskEvents = defineEvents({
  'task.queued': { schema: task, category: 'task', severity: 'INFO' },
  'task.running': { schema: task, category: 'task', severity: 'INFO' },
  'task.completed': { schema: task, category: 'task', severity: 'INFO' },
  'task.failed': { schema: task, category: 'task', severity: 'MEDIUM' },
  'task.cancelled': { schema: task, category: 'task', severity: 'LOW' },
});
