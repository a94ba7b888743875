import type { DeliveryRecord, DeliveryWithBody, StoredState } from '@spiderfoot-webhooks/core/stores';
import type { JobJson, Queue } from 'bullmq';
import { parse, readRun, readState } from '../jobs/job-state.ts';
import { encodeName, isJobId, isJobOf } from '../jobs/names.ts';
import type { LinkCommands } from '../redis/link.ts';
import { type SettledJob, type SettledSet, settledJobs } from './settled-jobs.ts';

const both: readonly SettledSet[] = ['failed', 'completed'];

/** Read the record of a settled job without its body. @returns `undefined` if the job was deleted meanwhile */
export async function readSettled(
  link: LinkCommands,
  { queue, set, key, settledAt }: SettledJob,
): Promise<DeliveryRecord | undefined> {
  const field = set === 'failed' ? 'progress' : 'returnvalue';
  const [state = null] = await link.run(() => link.client.hmget(queue.toKey(key), field));
  const record = state === null ? undefined : readState(parse(state))?.record;
  if (record !== undefined && record.state !== 'queued')
    return { ...record, key, listedAt: new Date(settledAt) };
  // Another program, such as Bull Board, has settled the job.
  const { body: _, ...read } = (await readJob(link, queue, key)) ?? { body: undefined };
  return 'key' in read ? read : undefined;
}

/** Read a job with its body. @returns `undefined` if the queue does not have it, or if it is not a delivery */
export async function readJob(
  link: LinkCommands,
  queue: Queue,
  key: string,
): Promise<DeliveryWithBody | undefined> {
  const json = await link.run(() => queue.backend.getJobData(key));
  if (json === undefined) return undefined;
  const settled = settledState(json);
  const isRunning = settled === undefined && (await isActive(link, queue, key));
  const run = readRun(key, json, isRunning);
  if (run === undefined) return undefined;
  const { body } = run.delivery;
  if (settled !== undefined) {
    const written = readState(settled === 'processed' ? parse(json.returnvalue) : json.progress)?.record;
    const isWritten = written !== undefined && written.state !== 'queued';
    const record = isWritten ? written : { ...run.record, state: settled };
    return {
      ...record,
      key,
      ...(json.finishedOn !== undefined && { listedAt: new Date(json.finishedOn) }),
      body,
    };
  }
  if (isRunning) return { ...run.record, state: 'running', nextAttempt: undefined, body };
  // BullMQ clears the delay when the job is due, also if a replay has made it due earlier than the record says.
  const isDelayed = json.delay !== undefined && json.delay > 0;
  const { nextAttempt = run.record.receivedAt, receivedAt } = run.record;
  return { ...run.record, state: 'queued', nextAttempt: isDelayed ? nextAttempt : receivedAt, body };
}

async function isActive({ client, run }: LinkCommands, queue: Queue, key: string): Promise<boolean> {
  return (await run(() => client.lpos(queue.toKey('active'), key))) !== null;
}

/** @returns `undefined` if the job is not settled */
function settledState({ finishedOn, failedReason }: JobJson): StoredState | undefined {
  if (finishedOn === undefined) return undefined;
  return failedReason === undefined ? 'processed' : 'dead';
}

/** Find a delivery by its key or its id. A key has precedence. Of several deliveries, the newest is returned. */
export async function findJob(
  link: LinkCommands,
  queues: readonly Queue[],
  which: string,
): Promise<DeliveryWithBody | undefined> {
  if (isJobId(which)) {
    const found = await Promise.all(queues.map((queue) => readJob(link, queue, which)));
    const record = found.find((one) => one !== undefined);
    if (record !== undefined) return record;
  }
  const records: (DeliveryWithBody | undefined)[] = [];
  for (const queue of queues) records.push(await findById(link, queue, which));
  const [newest] = records
    .flatMap((record) => record ?? [])
    .sort((one, other) => other.receivedAt.getTime() - one.receivedAt.getTime());
  return newest;
}

async function findById(link: LinkCommands, queue: Queue, id: string): Promise<DeliveryWithBody | undefined> {
  const current = await link.run(() => queue.backend.getDeduplicationJobId(encodeName(id)));
  const record = current === null ? undefined : await readJob(link, queue, current);
  if (record !== undefined) return record;
  // The deduplication key has expired, but a settled delivery may be kept for longer. Only keys are read.
  for await (const { key } of settledJobs(link, [queue], both, 'newest')) {
    if (isJobOf(key, id)) return readJob(link, queue, key);
  }
  return undefined;
}
