import { isThenable, type MaybePromise, within } from '../data/promises.ts';
import { type HandlerFailure, HandlerTimeoutError } from '../errors.ts';
import type { ReportHandlerRun } from '../reporting/handler-run.ts';
import type { Logger } from '../reporting/logger.ts';
import type { SafeTrace } from '../reporting/safe-trace.ts';
import type { StoredRun } from '../stores/stored-delivery.ts';
import { type DeliveryContext, HandlerContext, type Interruption } from './event-context.ts';
import type { LateHandlers } from './late-handlers.ts';
import type { Route } from './router.ts';

/** One attempt to run the handlers of a delivery. */
export interface HandlersAttempt {
  readonly event: { readonly event_type: string };
  readonly delivery: DeliveryContext;
  readonly logger: Logger;
  /**
   * The names of the handlers that have succeeded. They are not run. A handler that succeeds is added, even if it succeeds
   * after its time limit.
   */
  readonly succeeded: Set<string>;
  /** A list to which the runs of this attempt are added. `undefined` if they are not recorded, which saves reading the clock. */
  readonly runs: StoredRun[] | undefined;
  /** Report the end of a run to the listeners. `undefined` without listeners, which saves reading the clock. */
  readonly report: ReportHandlerRun | undefined;
  /** `undefined` without a tracer. */
  readonly trace: SafeTrace | undefined;
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
  work: HandlersAttempt,
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

function start(route: Route, work: HandlersAttempt, failures: HandlerFailure[]): Promise<void> | undefined {
  const { event, delivery, logger, succeeded, runs, report, trace, lateHandlers, interruption } = work;
  const { name } = route;
  const span = trace?.handler(name);
  const endRun = runs === undefined && report === undefined ? ignore : startRun(name, runs, report);
  const end =
    span === undefined
      ? endRun
      : (error?: unknown, isSuccess = true) => {
          span.end(isSuccess, error);
          endRun(error, isSuccess);
        };
  const fail = (error: unknown) => {
    end(error, false);
    failures.push({ handler: name, error });
  };
  const earlier = lateHandlers.get(name);
  if (earlier !== undefined) {
    const finished = earlier.then(() => void succeeded.add(name));
    return inTime(finished, route, ignore).then(() => end(), fail);
  }
  const context = new HandlerContext(delivery, event.event_type, logger, interruption, span ?? trace);
  let result: unknown;
  try {
    // The router selected this route by the event's type, so the handler was registered for this event.
    const run = () => route.run(event as never, context);
    result = span === undefined ? run() : span.run(run);
    if (!isThenable(result)) {
      succeeded.add(name);
      end();
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
  }).then(() => end(), fail);
}

function ignore(): void {}

/** Begin the run of a handler. @returns a function that ends the run, records it and reports it */
function startRun(
  handler: string,
  runs: StoredRun[] | undefined,
  report: ReportHandlerRun | undefined,
): (error?: unknown, succeeded?: boolean) => void {
  const startedAt = new Date();
  const start = performance.now();
  return (error, succeeded = true) => {
    // Microseconds are enough, and the run is stored as text.
    const duration = Math.round((performance.now() - start) * 1000) / 1000;
    runs?.push({ handler, startedAt, duration });
    report?.({ handler, startedAt, duration, succeeded, error });
  };
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
