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
  /** The number of times that the job was locked without an attempt. */
  readonly skipped: number;
  /** Whether a suspect has begun to run alone. If its process was lost then, no other delivery ended the process. */
  readonly ranAlone: boolean;
  /** The token of the worker that settled the attempt. */
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
  readonly ranAlone: boolean;
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
    ranAlone: !isNewRun && state?.ranAlone === true,
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
  return toState({ ...run.record, ...event, ...after }, { ...run, ranAlone: false }, token);
}

/** Return the state to write when a job is put back without an attempt. */
export function stateAfterSkip(run: JobRun): object {
  return stateBefore({ ...run, skipped: run.skipped + 1 });
}

/** Return the state to write before a suspect runs alone. */
export function stateBeforeRunAlone(run: JobRun): object {
  return stateBefore({ ...run, ranAlone: true });
}

/** The attempt and the lost processes are not recorded, so that the next worker counts them too. */
function stateBefore(run: JobRun): object {
  const { lost, stalls, record } = run;
  const before = { failures: record.failures - lost, attempts: record.attempts - 1 };
  return toState({ ...record, ...before, state: 'queued' }, { ...run, stalls: stalls - lost }, undefined);
}

/**
 * Let a delivery run again that has lost too many processes, because it has not run alone. It was claimed by a process that
 * ended before the attempt began, or that renewed its lock too late, or another delivery ended the process.
 */
export function withoutExcess(run: JobRun, maxAttempts: number): JobRun {
  const excess = Math.max(0, run.record.failures - maxAttempts + 1);
  const { failures, attempts } = run.record;
  const record = { ...run.record, failures: failures - excess, attempts: attempts - excess };
  return { ...run, record, lost: run.lost - excess, skipped: run.skipped + excess };
}

/**
 * Return the state of a dead letter or of a delayed delivery of which all handlers run again.
 * @returns `undefined` if the value is not a state
 */
export function withoutSuccesses(value: unknown): object | undefined {
  const state = readState(value);
  if (state === undefined) return undefined;
  const handlers = handlersAfterReplay(state.record, { handlers: 'all' });
  return { ...state, record: deliveryJson({ ...state.record, handlers }) };
}

function toState(
  record: DeliveryRecord,
  { stalls, skipped, ranAlone }: Pick<JobRun, 'stalls' | 'skipped' | 'ranAlone'>,
  token: string | undefined,
): object {
  return { record: deliveryJson(record), stalls, skipped, ranAlone, token };
}

/** Read a state that {@link stateAfter} has returned. */
export function readState(value: unknown): JobState | undefined {
  const {
    record: json,
    stalls,
    skipped,
    ranAlone,
    token,
  }: Readonly<Record<string, unknown>> = { ...Object(value) };
  const record = readRecord(json);
  if (record === undefined) return undefined;
  const { body: _, ...fields } = record;
  return {
    record: fields,
    stalls: typeof stalls === 'number' ? stalls : 0,
    skipped: typeof skipped === 'number' ? skipped : 0,
    ranAlone: ranAlone === true,
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
