import { printable } from '@spiderfoot-webhooks/core/terminal';

/**
 * The most characters of a text that are shown, and that a link contains. A target can have a million, and a list has 50
 * targets. The header of a kept request is never longer.
 */
export const longestText = 4096;

/**
 * Text that another party has chosen, in one line, as far as it is not too long. Control and direction characters are shown
 * as escapes.
 */
export function Text({ of, class: name }: { of: string; class?: string }) {
  const shown = printable(of.length > longestText ? `${of.slice(0, longestText)}…` : of);
  return (
    <span class={name === undefined ? 'text' : `text ${name}`} title={shown}>
      {shown}
    </span>
  );
}
