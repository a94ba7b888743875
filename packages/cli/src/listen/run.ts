import type { RequestListener } from 'node:http';
import { createReceiver, type Receiver, type Secret } from '@spiderfoot-webhooks/core';
import { createSecretSearch } from '@spiderfoot-webhooks/core/adapter';
import { combineReceivers, serve } from '@spiderfoot-webhooks/core/node';
import type { DeliveryStore } from '@spiderfoot-webhooks/core/stores';
import type { ForwarderObservation, ForwarderObserver } from '@spiderfoot-webhooks/forward';
import { createHealthChecks } from '@spiderfoot-webhooks/telemetry/health';
import { gitignoreHint, saveSecret } from '../arguments/saved-secret.ts';
import { CommandFailure, reportFailure } from '../failure/failure.ts';
import { inspectorPort, serveInspector } from '../inspect/serve-inspector.ts';
import { openReceiverStore } from '../store/receiver-store.ts';
import { onOutputLost } from '../terminal/output.ts';
import { createAppForwarder, handlerTimeoutFor } from './app/forward-to-app.ts';
import { shownUrl } from './app/shown-url.ts';
import { bannerLines } from './banner.ts';
import { type Cleanup, createCleanup } from './cleanup.ts';
import { closeWithNpm } from './close-with-npm.ts';
import { type EndpointPlan, secretsOf } from './endpoints/config-file.ts';
import { type GeneratedSecret, planReceiving, type ReceivingPlan } from './endpoints/plan-endpoints.ts';
import type { ListenFlags } from './flags.ts';
import { addForwarders, createForwarders } from './forward/forwarders.ts';
import { readServerSettings } from './listen-section.ts';
import { withCachedHealth } from './operations/cached-health.ts';
import { createOperations, type Operations } from './operations/operations.ts';
import { serveOperations } from './operations/operations-server.ts';
import { openExplainer } from './rejected/open-explainer.ts';
import { reportErrors } from './report/handler-failures.ts';
import { jsonReport } from './report/json-report.ts';
import { textReport } from './report/text-report.ts';
import { routeRequests } from './server/route-requests.ts';
import { readTls, reportTlsFailures } from './server/tls.ts';
import { type Watcher, webhookRoute } from './server/webhook-route.ts';

type Variables = Readonly<Record<string, string | undefined>>;

/**
 * Receive events until a signal ends the process.
 * @throws UsageFailure, ConfigurationError before it listens, after it has closed everything that it opened
 */
export async function listen(flags: ListenFlags, env: Variables): Promise<void> {
  const cleanup = createCleanup();
  try {
    await start(flags, env, cleanup);
  } catch (error) {
    await cleanup.closeAll();
    throw error;
  }
}

function namesOf(plans: readonly EndpointPlan[]): readonly string[] {
  return plans.map(({ options: { endpoint = 'default' } }) => endpoint);
}

async function start(flags: ListenFlags, env: Variables, cleanup: Cleanup): Promise<void> {
  const { verbose = false, insecure = false, json = false } = flags;
  const plan = await planReceiving(flags, env);
  const app = createAppForwarder(flags, plan.port);
  if (app !== undefined) cleanup.add(app.close);
  const tls = await readTls(flags);
  const report = (json ? jsonReport : textReport)({
    verbose,
    insecure,
    search: createSecretSearch(secretsOf(plan.endpoints)),
    endpoints: namesOf(plan.endpoints),
  });
  cleanup.add(async () => report.close());
  const isQueued = flags.queue === true || env.SPIDERFOOT_WEBHOOK_MODE === 'queued';
  // An invalid target must not open the store, so the targets exist before the metrics.
  const early: ForwarderObservation[] = [];
  let observe: ForwarderObserver = (observation) => early.push(observation);
  const forwarders = await createForwarders({ ...flags, queued: isQueued }, env, (seen) => observe(seen));
  const settings = await readServerSettings(flags);
  const { maxOldestSeconds, maxDeadLetters } = settings;
  const stored = await openReceiverStore({ ...flags, ...settings }, env, report.stored);
  cleanup.add(stored.close);
  const secretRemarks = await keepSecret(plan.generatedSecret);
  const { createMetrics } = await import('./operations/metrics.ts');
  const observedStore = stored.store && withCachedHealth(stored.store);
  const metrics = createMetrics(observedStore);
  observe = metrics.observeForwarder;
  for (const observation of early) observe(observation);
  for (const { forward } of forwarders.values()) cleanup.add(() => forward.close());

  const explainer = await openExplainer(flags, plan);
  cleanup.add(explainer.close);
  const watcher: Watcher = {
    answered(request) {
      if (!explainer.explains(request)) return report.answered(request);
      // The response does not wait for the explanation.
      void explainer.explain(request).then(report.answered);
      return Promise.resolve(true);
    },
    handled: report.handled,
  };

  const handlerTimeout = handlerTimeoutFor(flags);
  const receivers: Receiver[] = [];
  const webhooks = new Map<string, RequestListener>();
  for (const { path, options } of plan.endpoints) {
    const receiver = createReceiver({ ...options, ...stored.options, ...handlerTimeout });
    await addForwarders(receiver, forwarders, report);
    app?.addTo(receiver, signingSecret(options));
    reportErrors(receiver, report);
    metrics.observe(receiver);
    receivers.push(receiver);
    webhooks.set(path, webhookRoute(receiver, watcher, app, explainer));
  }
  const combined = combineReceivers(receivers);
  let isClosing = false;
  const close = () => {
    isClosing = true;
    return combined.close();
  };
  cleanup.add(close);
  const checks = createHealthChecks({
    isClosing: () => isClosing,
    ...(observedStore && { store: observedStore, maxOldestSeconds, maxDeadLetters }),
  });
  const operations = createOperations(checks, metrics, flags.metricsPort !== undefined);
  const metricsUrl = await openOperationsServer(flags, operations, cleanup);
  const inspectorUrl = await openInspector(flags, stored.store, plan, receivers, cleanup);
  const listener = routeRequests(webhooks, operations, report, metrics);
  const serving = await serve(
    listener,
    { ...combined, close },
    {
      ...{ host: plan.host, port: plan.port, onClose: cleanup.closeAll },
      ...(tls && { tls }),
    },
  );
  const { server, url } = serving;
  closeWithNpm(serving.close);
  onOutputLost(stopForLostOutput);
  reportTlsFailures(server, report, metrics);
  const urls = [...webhooks.keys()].map((path) => `${url}${path}`);
  const { location: store, queued } = stored;
  const { generatedSecret } = plan;
  const remarks = [...plan.remarks, ...secretRemarks];
  const { secretFile, forwardTo } = flags;
  const banner = {
    urls,
    metricsUrl,
    inspectorUrl,
    forwardTo: forwardTo && shownUrl(new URL(forwardTo)),
    generatedSecret,
    secretFile,
    insecure,
    store,
    queued,
    remarks,
  };
  console.error(bannerLines(banner).join('\n'));
}

/** Write a new secret to its file. @returns notes for the user */
async function keepSecret(generated: GeneratedSecret | undefined): Promise<readonly string[]> {
  if (generated?.path === undefined) return [];
  const { path, secret, isNew } = generated;
  if (isNew) await saveSecret(path, secret);
  const hint = await gitignoreHint(path);
  return hint === undefined ? [] : [hint];
}

/** Stop as on SIGTERM, but with exit code 1. Otherwise, events would be accepted although their lines are lost. */
function stopForLostOutput({ code, message }: NodeJS.ErrnoException): void {
  const reason = code === 'EPIPE' ? 'the program that reads it has ended' : message;
  void reportFailure(
    new CommandFailure(`Standard output cannot be written (${reason}). No more events are accepted.`),
  );
  process.once('exit', () => {
    process.exitCode = 1;
  });
  process.kill(process.pid, 'SIGTERM');
}

/** Return the current secret of an endpoint. `undefined` if signatures are not checked. */
function signingSecret({ secret }: EndpointPlan['options']): Secret | undefined {
  const [current] = [secret].flat();
  return current === false ? undefined : current;
}

/** Test events pass through the first endpoint. */
async function openInspector(
  { inspector, inspectorPort: port }: ListenFlags,
  store: DeliveryStore | undefined,
  { port: webhooks, endpoints: [endpoint] }: ReceivingPlan,
  [receiver]: readonly Receiver[],
  cleanup: Cleanup,
): Promise<string | undefined> {
  if (!inspector || store === undefined) return undefined;
  const secret = endpoint && signingSecret(endpoint.options);
  const signatureHeader = endpoint?.options.signatureHeader;
  const options = secret === undefined ? {} : { secret, signatureHeader, receiver };
  const { url, close } = await serveInspector(store, options, inspectorPort(port, webhooks));
  cleanup.add(close);
  return url;
}

async function openOperationsServer(
  { metricsPort, metricsHost }: ListenFlags,
  operations: Operations,
  cleanup: Cleanup,
): Promise<string | undefined> {
  if (metricsPort === undefined) return undefined;
  const { url, close } = await serveOperations(operations, metricsHost, metricsPort);
  cleanup.add(close);
  return url;
}
