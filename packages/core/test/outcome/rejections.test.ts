import { expect, it } from 'vitest';
import { toHttpResponse } from '../../src/adapter/index.ts';
import { rejections } from '../../src/index.ts';

it('each rejection code has its HTTP status', () => {
  const statuses = Object.entries(rejections).map(([code, { status }]) => [code, status]);
  expect(Object.fromEntries(statuses)).toEqual({
    invalid_json: 400,
    invalid_event: 400,
    request_aborted: 400,
    missing_signature: 401,
    invalid_signature: 401,
    stale_event: 401,
    ip_not_allowed: 403,
    method_not_allowed: 405,
    body_timeout: 408,
    body_too_large: 413,
    unsupported_media_type: 415,
    unsupported_encoding: 415,
    rate_limited: 429,
    handler_failed: 500,
    receiver_failed: 500,
    body_already_parsed: 500,
    unavailable: 503,
    in_progress: 503,
    shutting_down: 503,
  });
});

it.each([
  ['unavailable', '5'],
  ['in_progress', '1'],
  ['shutting_down', '5'],
] as const)('%s asks the sender to retry after %s seconds', (code, seconds) => {
  expect(toHttpResponse({ status: 'rejected', code }).headers['retry-after']).toBe(seconds);
});
