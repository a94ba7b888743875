import { type HandlerRecord, readHandlerRecords } from '@spiderfoot-webhooks/core/stores';
import { listOf } from './cells.ts';

/** Read the column `handlers`. Members that are not handler records are ignored. */
export function readHandlers(cell: unknown): readonly HandlerRecord[] {
  return readHandlerRecords(listOf(cell));
}
