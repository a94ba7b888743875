import type { SiemRecord } from './record.ts';

/** Where records go, in its format. */
export interface Target {
  /**
   * Resolves once the target has taken this record.
   * @param signal the handler's
   * @throws ForwardError
   */
  send(record: SiemRecord, signal: AbortSignal): Promise<void>;
  close(): Promise<void>;
}
