import type { DeliveryRecord, DeliveryStore, ReplayOptions } from '@spiderfoot-webhooks/core/stores';
import { CommandFailure } from '../failure/failure.ts';
import { findRecord } from '../store/find-delivery.ts';
import { printJson } from '../terminal/print-json.ts';
import { printable } from '../terminal/printable.ts';
import { dayAndTime } from '../time/time-values.ts';
import { timeZone } from '../time/time-zone.ts';

interface NamedReplay extends ReplayOptions {
  /** The endpoint of the ids. */
  readonly endpoint: string | undefined;
  readonly isDryRun: boolean;
  readonly json: boolean;
}

/** Look up all deliveries before the first one is replayed, so that a typo in the last key changes nothing. */
export async function replayNamed(
  store: DeliveryStore,
  names: readonly string[],
  { endpoint, isDryRun, json, ...options }: NamedReplay,
): Promise<void> {
  // A delivery that is named twice, such as by its key and its id, is replayed once.
  const found = new Map<string, DeliveryRecord>();
  for (const text of names) {
    const record = await findRecord(store, text, endpoint);
    found.set(record.key, record);
  }
  const records = [...found.values()];
  const { isReplayable } = await import('@spiderfoot-webhooks/core/stores');
  const rejected = records.find((record) => !isReplayable(record));
  if (rejected !== undefined) throw new CommandFailure(reasonFor(rejected));
  const deliveries = [];
  for (const record of records) {
    const { key, id, endpoint: of, eventType, state: previousState, nextAttempt } = record;
    const isChanged = isDryRun || (await store.replay(key, options)) > 0;
    const previousAttempt = nextAttempt && { previousNextAttempt: nextAttempt.toISOString() };
    if (isChanged) deliveries.push({ key, id, endpoint: of, eventType, previousState, ...previousAttempt });
    if (!json) console.log(resultLine(record, isDryRun, isChanged));
  }
  if (json) await printJson({ dryRun: isDryRun, replayed: deliveries.length, deliveries });
}

function reasonFor({ key, id, state }: DeliveryRecord): string {
  if (id === undefined) {
    return `Delivery ${key} cannot be replayed, because the Python logger of SpiderFoot's guide wrote it. Such a delivery has no handlers.`;
  }
  return `Delivery ${key} is already ${state === 'queued' ? 'queued and due' : state}.`;
}

function resultLine(record: DeliveryRecord, isDryRun: boolean, isChanged: boolean): string {
  const { state, nextAttempt } = record;
  const [key, type] = [printable(record.key), printable(record.eventType)];
  if (!isChanged) return `Not replayed ${key}: ${type} is running or due now.`;
  if (state === 'queued' && nextAttempt !== undefined) {
    const time = `${dayAndTime(nextAttempt)} ${timeZone()}`;
    return `${isDryRun ? 'Would retry' : 'Retried'} ${key} now: ${type}, previously due at ${time}.`;
  }
  return `${isDryRun ? 'Would replay' : 'Replayed'} ${key}: ${type}, previously ${printable(state)}.`;
}
