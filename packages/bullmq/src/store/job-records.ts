import type { DeliveryRecord, DeliveryWithBody, StoredState } from '@spiderfoot-webhooks/core/stores';
import type { JobJson, Queue } from 'bullmq';
import { parse, readRun, readState } from '../jobs/job-state.ts';
import { encodeName, isJobId, isJobOf } from '../jobs/names.ts';
import type { RedisClient } from '../redis/clients.ts';
import { type SettledJob, type SettledSet, settledJobs } from './settled-jobs.ts';

const both: readonly SettledSet[] = ['failed', 'completed'];

/** Read the record of a settled job without its body. @returns `undefined` if the job was deleted meanwhile */
export async function readSettled(
  client: RedisClient,
  { queue, set, key }: SettledJob,
): Promise<DeliveryRecord | undefined> {
  const [state = null] = await client.hmget(queue.toKey(key), set === 'failed' ? 'progress' : 'returnvalue');
  const record = state === null ? undefined : readState(parse(state))?.record;
  if (record !== undefined && record.state !== 'queued') return { ...record, key };
  // Another program, such as Bull Board, has settled the job.
  const { body: _, ...read } = (await readJob(client, queue, key)) ?? { body: undefined };
  return 'key' in read ? read : undefined;
}

/** Read a job with its body. @returns `undefined` if the queue does not have it, or if it is not a delivery */
async function readJob(
  client: RedisClient,
  queue: Queue,
  key: string,
): Promise<DeliveryWithBody | undefined> {
  const json = await queue.backend.getJobData(key);
  if (json === undefined) return undefined;
  const settled = settledState(json);
  const isRunning = settled === undefined && (await client.lpos(queue.toKey('active'), key)) !== null;
  const run = readRun(key, json, isRunning);
  if (run === undefined) return undefined;
  const { body } = run.delivery;
  if (settled !== undefined) {
    const written = readState(settled === 'processed' ? parse(json.returnvalue) : json.progress)?.record;
    const isWritten = written !== undefined && written.state !== 'queued';
    return { ...(isWritten ? written : { ...run.record, state: settled }), key, body };
  }
  if (isRunning) return { ...run.record, state: 'running', nextAttempt: undefined, body };
  const { nextAttempt = run.record.receivedAt } = run.record;
  return { ...run.record, state: 'queued', nextAttempt, body };
}

/** @returns `undefined` if the job is not settled */
function settledState({ finishedOn, failedReason }: JobJson): StoredState | undefined {
  if (finishedOn === undefined) return undefined;
  return failedReason === undefined ? 'processed' : 'dead';
}

/** Find a delivery by its key or its id. A key has precedence. Of several deliveries, the newest is returned. */
export async function findJob(
  client: RedisClient,
  queues: readonly Queue[],
  which: string,
): Promise<DeliveryWithBody | undefined> {
  if (isJobId(which)) {
    const found = await Promise.all(queues.map((queue) => readJob(client, queue, which)));
    const record = found.find((one) => one !== undefined);
    if (record !== undefined) return record;
  }
  const records: (DeliveryWithBody | undefined)[] = [];
  for (const queue of queues) records.push(await findById(client, queue, which));
  const [newest] = records
    .flatMap((record) => record ?? [])
    .sort((one, other) => other.receivedAt.getTime() - one.receivedAt.getTime());
  return newest;
}

async function findById(
  client: RedisClient,
  queue: Queue,
  id: string,
): Promise<DeliveryWithBody | undefined> {
  const current = await queue.backend.getDeduplicationJobId(encodeName(id));
  const record = current === null ? undefined : await readJob(client, queue, current);
  if (record !== undefined) return record;
  // The deduplication key has expired, but a settled delivery may be kept for longer. Only keys are read.
  for await (const { key } of settledJobs(client, [queue], both)) {
    if (isJobOf(key, id)) return readJob(client, queue, key);
  }
  return undefined;
}
