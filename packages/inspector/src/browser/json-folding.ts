import { closest, elements } from './elements.ts';

/** Open or close all parts of the JSON that a button names. The button's text says what it does next. */
export function startJsonFolding(): void {
  document.addEventListener('click', (event) => {
    const button = closest(event, '[data-fold]');
    const selector = button?.dataset.fold;
    const json = selector ? document.querySelector(selector) : null;
    if (!button || !json) return;
    const [root, ...parts] = elements('details', HTMLDetailsElement, json);
    const open = !parts.some((part) => part.open);
    if (root) root.open = true;
    for (const part of parts) part.open = open;
    button.textContent = open ? 'Collapse all' : 'Expand all';
  });
}
