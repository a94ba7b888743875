import type { IncomingMessage, ServerResponse } from 'node:http';
import { ConfigurationError } from '@spiderfoot-webhooks/core';
import { type ObservableStore, storeReader } from '../store/read-store.ts';

/** The options of {@link createHealthChecks}. */
export interface HealthOptions {
  /** The store of the receivers. Without a store, the checks report only whether the process shuts down. */
  readonly store?: ObservableStore;
  /**
   * The maximum age of the oldest queued delivery, in seconds. If it is exceeded, `/health` reports a problem.
   * @default no maximum
   */
  readonly maxOldestSeconds?: number | undefined;
  /**
   * The maximum number of dead letters. If it is exceeded, `/health` reports a problem.
   * @default no maximum
   */
  readonly maxDeadLetters?: number | undefined;
  /**
   * Return whether the app is shutting down. `/readyz` and `/health` then respond with 503, so that a load balancer sends
   * requests to another instance.
   * @default never
   */
  readonly isClosing?: () => boolean;
}

/** A reason why `/health` responds with 503. */
export type HealthProblem = 'closing' | 'store_unavailable' | 'oldest_too_old' | 'too_many_dead_letters';

/** The JSON body of the responses. */
export interface HealthReport {
  readonly status: 'ok' | 'unavailable';
  /** Empty if the status is `ok`. */
  readonly problems: readonly HealthProblem[];
  /** The numbers of the store. Omitted without a store, if the store cannot be read, and for `/livez`. */
  readonly queue?: {
    readonly waiting: number;
    readonly running: number;
    /** Queued deliveries that wait for a retry. */
    readonly delayed: number;
    readonly dead: number;
    /** Age of the oldest queued delivery. `null` if none is queued. */
    readonly oldestSeconds: number | null;
  };
}

/** The checks of a process. */
export interface HealthChecks {
  /** Check the store, the shutdown and the maximums, for a monitoring system. */
  health(): Promise<HealthReport>;
  /** Report that the process responds. The store is not read, because a restart would not repair it. */
  live(): HealthReport;
  /**
   * Check whether the app can accept deliveries: the store and the shutdown. The maximums do not count, because an instance
   * without requests would not have fewer dead letters.
   */
  ready(): Promise<HealthReport>;
  /** A fetch handler for requests to paths that end with `/health`, `/livez` and `/readyz`. It responds with 404 to other requests. */
  readonly fetch: (request: Request) => Promise<Response>;
  /** The same as a `node:http` listener. It also works as a handler in Express. */
  readonly listener: (req: IncomingMessage, res: ServerResponse) => Promise<void>;
}

/**
 * Create the health checks `/health`, `/livez` and `/readyz`. A response has the status 200 or 503, and a
 * {@link HealthReport}.
 * @throws ConfigurationError if an option is invalid
 * @example
 * const checks = createHealthChecks({ store, maxOldestSeconds: 900, maxDeadLetters: 0 });
 * app.get(['/health', '/livez', '/readyz'], checks.listener);
 */
export function createHealthChecks(options: HealthOptions = {}): HealthChecks {
  const { store, isClosing = () => false } = options;
  if (store !== undefined && typeof store.health !== 'function')
    throw new ConfigurationError('store', 'must have the method health(). The in-memory stores have none.');
  const maxOldestSeconds = readMaximum('maxOldestSeconds', options.maxOldestSeconds);
  const maxDeadLetters = readMaximum('maxDeadLetters', options.maxDeadLetters);
  const readStore = store === undefined ? undefined : storeReader(store);

  async function ready(): Promise<HealthReport> {
    const health = await readStore?.();
    const problems: HealthProblem[] = [];
    if (isClosing()) problems.push('closing');
    if (readStore !== undefined && health === undefined) problems.push('store_unavailable');
    if (health === undefined) return reportOf(problems);
    const { waiting, running, delayed, dead, oldest } = health;
    const oldestSeconds =
      oldest === undefined ? null : Math.max(0, Math.round((Date.now() - oldest.getTime()) / 1000));
    return { ...reportOf(problems), queue: { waiting, running, delayed, dead, oldestSeconds } };
  }

  async function health(): Promise<HealthReport> {
    const report = await ready();
    const problems = [...report.problems];
    if ((report.queue?.oldestSeconds ?? 0) > maxOldestSeconds) problems.push('oldest_too_old');
    if ((report.queue?.dead ?? 0) > maxDeadLetters) problems.push('too_many_dead_letters');
    return { ...report, ...reportOf(problems) };
  }

  const live = (): HealthReport => reportOf([]);

  const checks = new Map<string, () => HealthReport | Promise<HealthReport>>([
    ['health', health],
    ['livez', live],
    ['readyz', ready],
  ]);

  async function answer(path: string): Promise<{ readonly status: number; readonly body: string }> {
    const check = checks.get(path.slice(path.lastIndexOf('/') + 1));
    if (check === undefined) return { status: 404, body: '{"error":"Not found"}' };
    const report = await check();
    return { status: report.status === 'ok' ? 200 : 503, body: JSON.stringify(report) };
  }

  return {
    health,
    live,
    ready,
    async fetch(request) {
      const { status, body } = await answer(new URL(request.url).pathname);
      return new Response(request.method === 'HEAD' ? null : body, { status, headers });
    },
    async listener(req, res) {
      // Express cuts the path of a mounted router from `url`, but never its end.
      const [path = ''] = (req.url ?? '').split('?');
      const { status, body } = await answer(path);
      res.writeHead(status, headers).end(body);
    },
  };
}

/** A cache between the app and the monitoring system must not answer for it. */
const headers = { 'content-type': 'application/json', 'cache-control': 'no-store' };

function reportOf(problems: readonly HealthProblem[]): HealthReport {
  return { status: problems.length === 0 ? 'ok' : 'unavailable', problems };
}

function readMaximum(option: string, value: number | undefined): number {
  if (value === undefined) return Number.POSITIVE_INFINITY;
  if (typeof value === 'number' && value >= 0) return value;
  throw new ConfigurationError(option, `must be a number of at least 0 (got ${JSON.stringify(value)}).`);
}
