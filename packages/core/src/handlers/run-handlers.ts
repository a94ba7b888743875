import { isThenable, type MaybePromise, within } from '../data/promises.ts';
import { type HandlerFailure, HandlerTimeoutError } from '../errors.ts';
import type { Logger } from '../reporting/logger.ts';
import { type DeliveryContext, HandlerContext, type Interruption } from './event-context.ts';
import type { LateHandlers } from './late-handlers.ts';
import type { Route } from './router.ts';

/** One attempt to run the handlers of a delivery. */
export interface HandlerRun {
  readonly event: { readonly event_type: string };
  readonly delivery: DeliveryContext;
  readonly logger: Logger;
  /**
   * The names of the handlers that have succeeded. They are not run. A handler that succeeds is added, even if it succeeds
   * after its time limit.
   */
  readonly succeeded: Set<string>;
  /** The handlers of this delivery that are still running from an earlier attempt. */
  readonly lateHandlers: LateHandlers;
  readonly interruption: Interruption | undefined;
}

/**
 * Run all handlers of a delivery concurrently. If a handler fails, the others run nevertheless.
 * @returns the failures. A promise only if a handler returned a promise
 */
export function runHandlers(
  routes: readonly Route[],
  work: HandlerRun,
): MaybePromise<readonly HandlerFailure[]> {
  const failures: HandlerFailure[] = [];
  const running: Promise<void>[] = [];
  for (const route of routes) {
    if (work.succeeded.has(route.name)) continue;
    const run = start(route, work, failures);
    if (run !== undefined) running.push(run);
  }
  return running.length === 0 ? failures : Promise.all(running).then(() => failures);
}

function start(route: Route, work: HandlerRun, failures: HandlerFailure[]): Promise<void> | undefined {
  const { event, delivery, logger, succeeded, lateHandlers, interruption } = work;
  const { name } = route;
  const fail = (error: unknown) => void failures.push({ handler: name, error });
  const earlier = lateHandlers.get(name);
  if (earlier !== undefined) {
    const finished = earlier.then(() => void succeeded.add(name));
    return inTime(finished, route, () => {}).catch(fail);
  }
  const context = new HandlerContext(delivery, event.event_type, logger, interruption);
  let result: unknown;
  try {
    // The router selected this route by the event's type, so the handler was registered for this event.
    result = route.run(event as never, context);
    if (!isThenable(result)) {
      succeeded.add(name);
      return undefined;
    }
  } catch (error) {
    fail(error);
    return undefined;
  }
  const finished = Promise.resolve(result).then(() => void succeeded.add(name));
  return inTime(finished, route, (error) => {
    lateHandlers.add(name, finished);
    context.abort(error);
  }).catch(fail);
}

function inTime(
  finished: Promise<void>,
  { name, timeout }: Route,
  onLate: (error: HandlerTimeoutError) => void,
): Promise<void> {
  return within(finished, timeout, () => {
    const error = new HandlerTimeoutError(name, timeout);
    onLate(error);
    return error;
  });
}
