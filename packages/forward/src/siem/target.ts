import type { EventContext } from '@spiderfoot-webhooks/core';
import type { SiemRecord } from './record.ts';

/** A SIEM, which gets records in its own format. */
export interface Target {
  /**
   * Send a record. Resolves once the target has accepted it.
   * @param context the handler's context
   * @throws ForwardError
   */
  send(record: SiemRecord, context: Pick<EventContext, 'signal' | 'logger'>): Promise<void>;
  close(): Promise<void>;
}
