import { printable } from '@spiderfoot-webhooks/core/terminal';

export { printable };

/** Escape control characters as {@link printable} does, but keep line breaks. */
export function printableLines(text: string): string {
  return text.split('\n').map(printable).join('\n');
}
