import type { SignedWebhook } from '@spiderfoot-webhooks/core/testing';
import { outColors } from '../terminal/color.ts';
import { printable } from '../terminal/printable.ts';

/** Format a request: the URL, the headers, an empty line, then the body. */
export function requestLines({ method, url, headers, body }: SignedWebhook): readonly string[] {
  return [
    `${outColors.bold(method)} ${printable(url)}`,
    ...Object.entries(headers).map(([name, value]) => `${outColors.cyan(name)}: ${printable(value)}`),
    '',
    printable(body),
    '',
  ];
}
