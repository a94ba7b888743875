import type { EventContext } from '@spiderfoot-webhooks/core';
import type { SiemRecord } from './record.ts';

/** Where records go, in its format. */
export interface Target {
  /**
   * Resolves once the target has accepted this record.
   * @param context the handler's
   * @throws ForwardError
   */
  send(record: SiemRecord, context: Pick<EventContext, 'signal' | 'logger'>): Promise<void>;
  close(): Promise<void>;
}
