import {
  type DeliveryJson,
  type DeliveryWithBody,
  deliveryFromJson,
  deliveryJson,
  type StoredDelivery,
} from '@spiderfoot-webhooks/core/stores';

/** The data of a job. */
interface JobData extends DeliveryJson {
  readonly traceContext: string | undefined;
}

/** Return a delivery as the data of a job. Every byte of its body is kept. */
export function toJobData(delivery: StoredDelivery): JobData {
  return { ...deliveryJson(delivery), traceContext: delivery.traceContext };
}

/** Read the data of a job. @returns `undefined` if the job does not hold a delivery */
export function readDelivery(data: unknown): StoredDelivery | undefined {
  const { traceContext, ...fields }: { readonly traceContext?: unknown } = Object(data);
  const record = readRecord({ ...fields, key: '', state: 'queued' });
  if (record === undefined) return undefined;
  const { id, endpoint, receivedAt, ip, eventType, dialect, scanId, target, body } = record;
  if (id === undefined || endpoint === undefined) return undefined;
  const trace = typeof traceContext === 'string' ? { traceContext } : {};
  return { id, endpoint, receivedAt, ip, eventType, dialect, scanId, target, body, ...trace };
}

/** Read a record that {@link deliveryJson} has written. @returns `undefined` if it is something else */
export function readRecord(json: unknown): DeliveryWithBody | undefined {
  if (!isDeliveryJson(json)) return undefined;
  const record = deliveryFromJson(json);
  return Number.isNaN(record.receivedAt.getTime()) ? undefined : record;
}

function isDeliveryJson(value: unknown): value is DeliveryJson {
  if (typeof value !== 'object' || value === null) return false;
  const fields: Readonly<Record<string, unknown>> = { ...value };
  const isText = (name: string) => typeof fields[name] === 'string';
  const isTextOrMissing = (name: string) => fields[name] === undefined || isText(name);
  return (
    ['key', 'state', 'receivedAt'].every(isText) &&
    ['id', 'endpoint', 'ip', 'eventType', 'dialect', 'scanId', 'target', 'error', 'code'].every(
      isTextOrMissing,
    ) &&
    ['body', 'bodyBase64', 'nextAttempt'].every(isTextOrMissing)
  );
}
