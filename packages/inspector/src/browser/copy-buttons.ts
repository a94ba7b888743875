import { announce } from './announcements.ts';
import { closest } from './elements.ts';

/** Copy the text of an element with the buttons that name it. */
export function startCopyButtons(): void {
  document.addEventListener('click', (event) => {
    const button = closest(event, '[data-copy]');
    const selector = button?.dataset.copy;
    if (!selector) return;
    const source = document.querySelector(selector);
    if (source) void copy(source);
  });
}

async function copy(source: Element): Promise<void> {
  try {
    // Absent on a page that was loaded over plain HTTP from another machine.
    await navigator.clipboard.writeText(source.textContent);
    announce('Copied');
  } catch {
    select(source);
    announce('Selected. Press Ctrl+C or ⌘C to copy.');
  }
}

function select(source: Element): void {
  const selection = getSelection();
  selection?.removeAllRanges();
  const range = document.createRange();
  range.selectNodeContents(source);
  selection?.addRange(range);
}
