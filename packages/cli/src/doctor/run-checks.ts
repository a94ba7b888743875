import { randomUUID } from 'node:crypto';
import { signedWebhook } from '@spiderfoot-webhooks/core/testing';
import { ask, type Reply, type RequestContent, type RequestTarget } from '../connection/request.ts';
import {
  duplicateFinding,
  forgedFinding,
  healthFinding,
  routeFinding,
  signedFinding,
} from './answer-findings.ts';
import { checkConnection, unreachable } from './connection-findings.ts';
import { type CheckName, checkNames, type Finding } from './finding.ts';
import { checkGuard } from './private-address-guard.ts';
import { clockFinding, latencyFinding } from './timing-findings.ts';

export interface CheckedReceiver extends RequestTarget {
  /** Without a secret, the checks that need it are skipped. */
  readonly secret: string | undefined;
}

/** The number of times that the same event is sent to measure the latency. */
const rounds = 5;

/** Run the checks of a receiver from outside, in the order of {@link checkNames}. */
export async function* runChecks(receiver: CheckedReceiver): AsyncGenerator<Finding, void, undefined> {
  yield await checkGuard(receiver.url, receiver.timeout);
  const { findings, reply } = await checkConnection(receiver);
  yield* findings;
  if (reply === undefined) {
    const completed = new Set<CheckName>(['guard', ...findings.map(({ check }) => check)]);
    yield* skipped(
      checkNames.filter((name) => !completed.has(name)),
      'The receiver did not respond',
    );
    return;
  }
  yield routeFinding(reply, reply.status === 404 ? await findReceiverAtDefaultPath(receiver) : undefined);
  yield await tried(receiver, 'health', async () =>
    healthFinding(await ask(healthOf(receiver), { method: 'GET' })),
  );
  const test = await testEvent(receiver.secret ?? randomUUID());
  yield await tried(receiver, 'unsigned', async () =>
    forgedFinding('unsigned', await ask(receiver, unsigned(test))),
  );
  yield await tried(receiver, 'tampered', async () =>
    forgedFinding('tampered', await ask(receiver, tampered(test))),
  );
  yield* receiver.secret === undefined
    ? skipped(
        ['signed', 'duplicate'],
        'Requires the secret: pass --secret-file, or set SPIDERFOOT_WEBHOOK_SECRET',
      )
    : genuine(receiver, test);
  yield clockFinding(reply);
  yield await tried(receiver, 'latency', async () => latencyFinding(await timedReplies(receiver, test)));
}

function* skipped(checks: readonly CheckName[], seen: string): Generator<Finding, void, undefined> {
  for (const check of checks) yield { check, verdict: 'skip', seen };
}

async function* genuine(
  receiver: CheckedReceiver,
  test: RequestContent,
): AsyncGenerator<Finding, void, undefined> {
  const first = await tried(receiver, 'signed', async () => signedFinding(await ask(receiver, test)));
  yield first;
  if (first.verdict === 'ok') {
    yield await tried(receiver, 'duplicate', async () => duplicateFinding(await ask(receiver, test)));
  } else {
    yield* skipped(['duplicate'], 'The first event was not accepted');
  }
}

/** Send the event several times, one at a time, so that no request waits for another. */
async function timedReplies(receiver: CheckedReceiver, test: RequestContent): Promise<readonly Reply[]> {
  const replies: Reply[] = [];
  while (replies.length < rounds) replies.push(await ask(receiver, test));
  return replies;
}

async function tried(target: RequestTarget, check: CheckName, run: () => Promise<Finding>): Promise<Finding> {
  try {
    return await run();
  } catch (error) {
    return { ...(await unreachable(error, target)), check };
  }
}

/** The default path of `listen`. */
const defaultPath = '/webhook';

/** Return the default path if a receiver answers there. */
async function findReceiverAtDefaultPath({ url, ...target }: RequestTarget): Promise<string | undefined> {
  if (url.pathname === defaultPath) return undefined;
  try {
    const { status } = await ask({ ...target, url: new URL(defaultPath, url) }, { method: 'GET' });
    return status === 405 ? defaultPath : undefined;
  } catch {
    return undefined;
  }
}

function healthOf(receiver: CheckedReceiver): RequestTarget {
  return { ...receiver, url: new URL('/health', receiver.url) };
}

/** Create an event with a unique id, so that the receiver does not know it yet. */
async function testEvent(secret: string): Promise<RequestContent & { readonly body: string }> {
  const webhook_id = randomUUID();
  const data = { message: 'spiderfoot-webhooks doctor', timestamp: Date.now() / 1000, webhook_id };
  const { method, headers, body } = await signedWebhook('webhook.test', { secret, data });
  return { method, headers: { ...headers, 'content-length': String(body.length) }, body };
}

function unsigned({ headers = {}, ...rest }: RequestContent): RequestContent {
  const { 'x-spiderfoot-signature': _, ...others } = headers;
  return { ...rest, headers: others };
}

/** Change the body, but keep the signature of the original body. */
function tampered({ body, ...rest }: RequestContent & { readonly body: string }): RequestContent {
  return { ...rest, body: body.replace('doctor', 'tamper') };
}
