import type { WaitUntil } from '../adapter/delivery.ts';

/**
 * Handlers that exceeded their time limit and are still running, by name. The next attempt waits for them instead of running
 * them twice at the same time.
 */
export interface LateHandlers {
  get(handler: string): Promise<void> | undefined;
  add(handler: string, finished: Promise<void>): void;
}

/** Track the handlers that are still running after their time limit, by delivery. */
export function createLateHandlers(): { of(id: string, waitUntil: WaitUntil | undefined): LateHandlers } {
  const byDelivery = new Map<string, Map<string, Promise<void>>>();
  return {
    of: (id, waitUntil) => ({
      get: (handler) => byDelivery.get(id)?.get(handler),
      add(handler, finished) {
        const handlers = byDelivery.get(id) ?? new Map<string, Promise<void>>();
        byDelivery.set(id, handlers.set(handler, finished));
        const remove = () => {
          handlers.delete(handler);
          if (handlers.size === 0) byDelivery.delete(id);
        };
        const removed = finished.then(remove, remove);
        waitUntil?.(removed);
      },
    }),
  };
}
