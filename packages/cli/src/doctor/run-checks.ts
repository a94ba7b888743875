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
  /** Without it only what needs none is looked at. */
  readonly secret: string | undefined;
}

/** How often the same event is sent to time the answers. */
const rounds = 5;

/** Look at a receiver from outside, check by check, in the order of {@link checkNames}. */
export async function* runChecks(receiver: CheckedReceiver): AsyncGenerator<Finding, void, undefined> {
  yield await checkGuard(receiver.url, receiver.timeout);
  const { findings, reply } = await checkConnection(receiver);
  yield* findings;
  if (reply === undefined) {
    const made = new Set<CheckName>(['guard', ...findings.map(({ check }) => check)]);
    yield* skipped(
      checkNames.filter((name) => !made.has(name)),
      'No answer to look at',
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
    ? skipped(['signed', 'duplicate'], 'Needs the secret: --secret-file, or SPIDERFOOT_WEBHOOK_SECRET')
    : genuine(receiver, test);
  yield clockFinding(reply);
  yield await tried(receiver, 'latency', async () => latencyFinding(await timed(receiver, test)));
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
    yield* skipped(['duplicate'], 'The first was not taken');
  }
}

/** One after the other: what is timed is an answer, not a queue. */
async function timed(receiver: CheckedReceiver, test: RequestContent): Promise<readonly Reply[]> {
  const replies: Reply[] = [];
  while (replies.length < rounds) replies.push(await ask(receiver, test));
  return replies;
}

async function tried(
  target: RequestTarget,
  check: CheckName,
  look: () => Promise<Finding>,
): Promise<Finding> {
  try {
    return await look();
  } catch (error) {
    return { ...(await unreachable(error, target)), check };
  }
}

/** Return the default path of receivers, if a receiver answers there. */
const usualPath = '/webhook';

async function findReceiverAtDefaultPath({ url, ...target }: RequestTarget): Promise<string | undefined> {
  if (url.pathname === usualPath) return undefined;
  try {
    const { status } = await ask({ ...target, url: new URL(usualPath, url) }, { method: 'GET' });
    return status === 405 ? usualPath : undefined;
  } catch {
    return undefined;
  }
}

function healthOf(receiver: CheckedReceiver): RequestTarget {
  return { ...receiver, url: new URL('/health', receiver.url) };
}

/** No two are alike, so that the first is none that the receiver has seen. */
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

/** The signature is that of the body before it was changed. */
function tampered({ body, ...rest }: RequestContent & { readonly body: string }): RequestContent {
  return { ...rest, body: body.replace('doctor', 'tamper') };
}
