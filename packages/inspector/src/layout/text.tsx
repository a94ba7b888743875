import { printable } from '@spiderfoot-webhooks/core/terminal';

/** Text that another party has chosen, in one line. Control and direction characters are shown as escapes. */
export function Text({ of, class: name }: { of: string; class?: string }) {
  const shown = printable(of);
  return (
    <span class={name === undefined ? 'text' : `text ${name}`} title={shown}>
      {shown}
    </span>
  );
}
