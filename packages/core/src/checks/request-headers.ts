import type { Delivery } from '../adapter/delivery.ts';
import type { RejectionCode } from '../outcome/rejections.ts';

const json = /^application\/(?:[\w.-]+\+)?json\s*(?:;|$)/i;
const charset = /;\s*charset\s*=\s*"?([^\s;"]+)"?/i;

/**
 * Reject a delivery by its headers, before the body is read.
 * @param maxBodySize bytes
 */
export function checkRequestHeaders(
  header: Delivery['header'],
  maxBodySize: number,
): RejectionCode | undefined {
  if (!isJson(header('content-type'))) return 'unsupported_media_type';
  const encoding = header('content-encoding');
  if (encoding !== undefined && encoding.toLowerCase() !== 'identity') return 'unsupported_encoding';
  const length = header('content-length');
  if (length !== undefined && Number(length) > maxBodySize) return 'body_too_large';
  return undefined;
}

function isJson(type: string | undefined): boolean {
  if (type === undefined) return false;
  if (type === 'application/json') return true;
  if (!json.test(type)) return false;
  const named = charset.exec(type)?.[1]?.toLowerCase() ?? 'utf-8';
  return named === 'utf-8' || named === 'utf8' || named === 'us-ascii';
}
