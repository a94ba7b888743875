import {
  type DeliveryRecord,
  deliveryJson,
  handlersAfterReplay,
  type Settlement,
  type StoredDelivery,
  unknownEventType,
} from '@spiderfoot-webhooks/core/stores';
import type { JobJson } from 'bullmq';
import { readDelivery, readRecord } from './job-data.ts';

/**
 * The kit's own state of a job. BullMQ stores it in the field `progress`, in the script that moves the job, so only the
 * owner of the lock can write it. For a processed job it is the `returnvalue`.
 *
 * BullMQ counts how often a job was started, and how often it lost its process. The state remembers how much of these
 * counts belongs to attempts that are already recorded.
 */
interface JobState {
  /** The record after the last attempt. */
  readonly record: DeliveryRecord;
  /** BullMQ's count of lost processes that `record.failures` includes. */
  readonly stalls: number;
  /** The number of times that a worker has put the job back without an attempt. */
  readonly skipped: number;
  /** The token of the worker that wrote the state. */
  readonly token: string | undefined;
}

/** What is known about the attempts at a job. */
export interface JobRun {
  readonly delivery: StoredDelivery;
  /** The record now. Its state is the one of the last attempt, unless the delivery has been queued again since then. */
  readonly record: DeliveryRecord;
  /** The number of processes that were lost since the last recorded attempt. `record.failures` includes them. */
  readonly lost: number;
  readonly stalls: number;
  readonly skipped: number;
}

type Counts = Pick<JobJson, 'attemptsStarted' | 'stalledCounter'>;

/**
 * Read the attempts at a job that is not settled.
 * @param isStarted whether an attempt is running, which BullMQ already counts
 * @returns `undefined` if the job does not hold a delivery
 */
export function readRun(key: string, json: JobJson, isStarted: boolean): JobRun | undefined {
  const delivery = readDelivery(parse(json.data));
  if (delivery === undefined) return undefined;
  const state = readState(json.progress);
  const { attemptsStarted, stalledCounter } = counts(json);
  const recorded = state?.record.attempts ?? 0;
  const skipped = state?.skipped ?? 0;
  const isSettled = state !== undefined && state.record.state !== 'queued';
  // `job.retry` resets BullMQ's count of starts, so the delivery was replayed, or sent again after it was a dead letter.
  const isNewRun = isSettled || attemptsStarted - skipped < recorded + (isStarted ? 1 : 0);
  const lost = Math.max(0, stalledCounter - (state?.stalls ?? 0));
  const continued = isNewRun ? newRun(state, isSettled) : state?.record;
  const fresh: DeliveryRecord = { ...toRecord(key, delivery), ...continued };
  const { eventType, dialect, scanId, target } = fresh;
  const attempts = attemptsStarted - (isNewRun ? 0 : skipped);
  return {
    // An earlier attempt may have found more values of the event.
    delivery: { ...delivery, eventType, dialect, scanId, target },
    record: { ...fresh, attempts, failures: fresh.failures + lost },
    ...{ lost, stalls: stalledCounter, skipped: isNewRun ? 0 : skipped },
  };
}

/** The handlers of a dead letter are kept. After a processed delivery, all handlers run again. */
function newRun(state: JobState | undefined, isSettled: boolean): DeliveryRecord | undefined {
  if (state === undefined) return undefined;
  const handlers = isSettled && state.record.state !== 'processed' ? state.record.handlers : [];
  const reset = { failures: 0, error: undefined, code: undefined, issues: [] };
  return { ...state.record, state: 'queued', handlers, ...reset };
}

/** Return the state to write after an attempt. */
export function stateAfter(run: JobRun, settlement: Settlement, token: string): object {
  const { state, failures, dueAt, error, handlers = run.record.handlers, code, issues = [] } = settlement;
  const { eventType, dialect, scanId, target } = settlement.event ?? run.record;
  const event = {
    eventType: eventType ?? run.record.eventType,
    dialect: dialect ?? run.record.dialect,
    scanId: scanId ?? run.record.scanId,
    target: target ?? run.record.target,
  };
  const after = { state, failures, nextAttempt: dueAt, error, handlers, code, issues };
  return toState({ ...run.record, ...event, ...after }, run, token);
}

/** Return the state to write when a job is put back without an attempt. */
export function stateAfterSkip(run: JobRun, token: string): object {
  // The lost process is not recorded, so that the next worker sees it too.
  const record = {
    ...run.record,
    failures: run.record.failures - run.lost,
    attempts: run.record.attempts - 1,
  };
  return toState(
    { ...record, state: 'queued' },
    { ...run, stalls: run.stalls - run.lost, skipped: run.skipped + 1 },
    token,
  );
}

/** Return the state of a dead letter of which all handlers run again. @returns `undefined` if it is not one */
export function withoutSuccesses(value: unknown): object | undefined {
  const state = readState(value);
  if (state === undefined || state.record.state === 'queued') return undefined;
  const handlers = handlersAfterReplay(state.record, { handlers: 'all' });
  return { ...state, record: deliveryJson({ ...state.record, handlers }) };
}

function toState(
  record: DeliveryRecord,
  { stalls, skipped }: Pick<JobRun, 'stalls' | 'skipped'>,
  token: string,
): object {
  return { record: deliveryJson(record), stalls, skipped, token };
}

/** Read a state that {@link stateAfter} has returned. */
export function readState(value: unknown): JobState | undefined {
  const { record: json, stalls, skipped, token }: Readonly<Record<string, unknown>> = { ...Object(value) };
  const record = readRecord(json);
  if (record === undefined) return undefined;
  const { body: _, ...fields } = record;
  return {
    record: fields,
    stalls: typeof stalls === 'number' ? stalls : 0,
    skipped: typeof skipped === 'number' ? skipped : 0,
    token: typeof token === 'string' ? token : undefined,
  };
}

/** Return the record of a delivery that has not been attempted. */
function toRecord(key: string, delivery: StoredDelivery): DeliveryRecord {
  const { body: _, eventType = unknownEventType, ...fields } = delivery;
  const settled = { error: undefined, code: undefined, issues: [] };
  return {
    ...{ ...fields, key, eventType, state: 'queued', attempts: 0, failures: 0 },
    ...{ nextAttempt: undefined, handlers: [], ...settled },
  };
}

function counts({ attemptsStarted, stalledCounter }: Counts) {
  return { attemptsStarted: attemptsStarted ?? 0, stalledCounter: stalledCounter ?? 0 };
}

/** Parse JSON. @returns `undefined` if it is something else */
export function parse(json: string | undefined): unknown {
  try {
    return JSON.parse(json ?? '');
  } catch {
    return undefined;
  }
}
