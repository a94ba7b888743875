import { type DeliveryContext, HandlerContext } from './context.ts';
import { type HandlerFailure, HandlerTimeoutError } from './errors.ts';
import type { Logger } from './ports.ts';
import type { Route } from './router.ts';

/** What is handed to the handlers of one delivery. */
export interface Dispatch {
  readonly event: { readonly event_type: string };
  readonly delivery: DeliveryContext;
  readonly logger: Logger;
  /** Handlers named here are not run; those that succeed are added, also when they do so after their time. */
  readonly succeeded: Set<string>;
}

/**
 * Runs all handlers of a delivery, side by side; one that fails keeps none from running.
 * @returns the failures, and a promise only where a handler returned one
 */
export function dispatch(
  routes: readonly Route[],
  work: Dispatch,
): readonly HandlerFailure[] | Promise<readonly HandlerFailure[]> {
  const failures: HandlerFailure[] = [];
  const running: Promise<void>[] = [];
  for (const route of routes) {
    if (work.succeeded.has(route.name)) continue;
    const run = start(route, work, failures);
    if (run !== undefined) running.push(run);
  }
  return running.length === 0 ? failures : Promise.all(running).then(() => failures);
}

function start(
  route: Route,
  { event, delivery, logger, succeeded }: Dispatch,
  failures: HandlerFailure[],
): Promise<void> | undefined {
  const context = new HandlerContext(delivery, event.event_type, logger);
  const fail = (error: unknown) => failures.push({ handler: route.name, error });
  let result: unknown;
  try {
    // The router found this route by the event's type: the event is one that the handler was registered for.
    result = route.run(event as never, context);
    if (!isThenable(result)) {
      succeeded.add(route.name);
      return undefined;
    }
  } catch (error) {
    fail(error);
    return undefined;
  }
  const finished = Promise.resolve(result).then(() => {
    succeeded.add(route.name);
  });
  return inTime(finished, route, context)
    .catch(fail)
    .then(() => undefined);
}

function inTime(finished: Promise<void>, { name, timeout }: Route, context: HandlerContext): Promise<void> {
  if (timeout === undefined) return finished;
  return new Promise((resolve, reject) => {
    const timer = setTimeout(() => {
      const error = new HandlerTimeoutError(name, timeout);
      context.abort(error);
      reject(error);
    }, timeout);
    finished.then(resolve, reject).finally(() => clearTimeout(timer));
  });
}

function isThenable(value: unknown): value is PromiseLike<unknown> {
  return typeof value === 'object' && value !== null && 'then' in value && typeof value.then === 'function';
}
