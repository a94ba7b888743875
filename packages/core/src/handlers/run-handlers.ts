import { isThenable, type MaybePromise, within } from '../data/promises.ts';
import { type HandlerFailure, HandlerTimeoutError } from '../errors.ts';
import type { Logger } from '../reporting/logger.ts';
import { type DeliveryContext, HandlerContext, type Interruption } from './event-context.ts';
import type { LateHandlers } from './late-handlers.ts';
import type { Route } from './router.ts';

/** What is handed to the handlers of one delivery. */
export interface HandlerRun {
  readonly event: { readonly event_type: string };
  readonly delivery: DeliveryContext;
  readonly logger: Logger;
  /** Handlers named here are not run; those that succeed are added, also when they do so after their time. */
  readonly succeeded: Set<string>;
  /** Handlers of this delivery that still run, from a try before this one. */
  readonly lateHandlers: LateHandlers;
  readonly interruption: Interruption | undefined;
}

/**
 * Run all handlers of a delivery concurrently. A failing handler does not keep others from running.
 * @returns the failures, and a promise only where a handler returned one
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
    // The router found this route by the event's type: the event is one that the handler was registered for.
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
