import type { DeliveryRecord } from '@spiderfoot-webhooks/core/stores';

/**
 * Return the errors of the handlers that have not succeeded, such as `siem: HTTP 503`. A list cuts long texts, so the cause is
 * near the beginning. Return the error of the delivery if no handler has one.
 */
export function failureText({
  handlers,
  error,
}: Pick<DeliveryRecord, 'handlers' | 'error'>): string | undefined {
  if (error === undefined) return undefined;
  const failed = handlers.filter((handler) => !handler.succeeded && handler.error !== undefined);
  return failed.length === 0
    ? error
    : failed.map((handler) => `${handler.name}: ${handler.error}`).join('; ');
}
