import { randomUUID } from 'node:crypto';
import { signedWebhook } from '@spiderfoot-webhooks/core/testing';
import { ask, type Question, type Reply, type Way } from '../connection/request.ts';
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

export interface Patient extends Way {
  /** Without it only what needs none is looked at. */
  readonly secret: string | undefined;
}

/** How often the same event is sent to time the answers. */
const rounds = 5;

/** Look at a receiver from outside, check by check, in the order of {@link checkNames}. */
export async function* examine(patient: Patient): AsyncGenerator<Finding, void, undefined> {
  yield await checkGuard(patient.url, patient.timeout);
  const { findings, reply } = await checkConnection(patient);
  yield* findings;
  if (reply === undefined) {
    const made = new Set<CheckName>(['guard', ...findings.map(({ check }) => check)]);
    yield* skipped(
      checkNames.filter((name) => !made.has(name)),
      'No answer to look at',
    );
    return;
  }
  yield routeFinding(reply, reply.status === 404 ? await receiverElsewhere(patient) : undefined);
  yield await tried(patient, 'health', async () =>
    healthFinding(await ask(healthOf(patient), { method: 'GET' })),
  );
  const test = await testEvent(patient.secret ?? randomUUID());
  yield await tried(patient, 'unsigned', async () =>
    forgedFinding('unsigned', await ask(patient, unsigned(test))),
  );
  yield await tried(patient, 'tampered', async () =>
    forgedFinding('tampered', await ask(patient, tampered(test))),
  );
  yield* patient.secret === undefined
    ? skipped(['signed', 'duplicate'], 'Needs the secret: --secret-file, or SPIDERFOOT_WEBHOOK_SECRET')
    : genuine(patient, test);
  yield clockFinding(reply);
  yield await tried(patient, 'latency', async () => latencyFinding(await timed(patient, test)));
}

function* skipped(checks: readonly CheckName[], seen: string): Generator<Finding, void, undefined> {
  for (const check of checks) yield { check, verdict: 'skip', seen };
}

async function* genuine(patient: Patient, test: Question): AsyncGenerator<Finding, void, undefined> {
  const first = await tried(patient, 'signed', async () => signedFinding(await ask(patient, test)));
  yield first;
  if (first.verdict === 'ok') {
    yield await tried(patient, 'duplicate', async () => duplicateFinding(await ask(patient, test)));
  } else {
    yield* skipped(['duplicate'], 'The first was not taken');
  }
}

/** One after the other: what is timed is an answer, not a queue. */
async function timed(patient: Patient, test: Question): Promise<readonly Reply[]> {
  const replies: Reply[] = [];
  while (replies.length < rounds) replies.push(await ask(patient, test));
  return replies;
}

async function tried(way: Way, check: CheckName, look: () => Promise<Finding>): Promise<Finding> {
  try {
    return await look();
  } catch (error) {
    return { ...(await unreachable(error, way)), check };
  }
}

/** Return the default path of receivers, if a receiver answers there. */
const usualPath = '/webhook';

async function receiverElsewhere({ url, ...way }: Way): Promise<string | undefined> {
  if (url.pathname === usualPath) return undefined;
  try {
    const { status } = await ask({ ...way, url: new URL(usualPath, url) }, { method: 'GET' });
    return status === 405 ? usualPath : undefined;
  } catch {
    return undefined;
  }
}

function healthOf(patient: Patient): Way {
  return { ...patient, url: new URL('/health', patient.url) };
}

/** No two are alike, so that the first is none that the receiver has seen. */
async function testEvent(secret: string): Promise<Question & { readonly body: string }> {
  const webhook_id = randomUUID();
  const data = { message: 'spiderfoot-webhooks doctor', timestamp: Date.now() / 1000, webhook_id };
  const { method, headers, body } = await signedWebhook('webhook.test', { secret, data });
  return { method, headers: { ...headers, 'content-length': String(body.length) }, body };
}

function unsigned({ headers = {}, ...rest }: Question): Question {
  const { 'x-spiderfoot-signature': _, ...others } = headers;
  return { ...rest, headers: others };
}

/** The signature is that of the body before it was changed. */
function tampered({ body, ...rest }: Question & { readonly body: string }): Question {
  return { ...rest, body: body.replace('doctor', 'tamper') };
}
