import { element } from '../elements.ts';
import { selectAll, selectedCount } from '../selection.ts';
import { clearCursor, currentRow, moveCursor, openCurrent, selectCurrent } from './row-cursor.ts';

/** The time for the second key of a sequence such as `g d`, in milliseconds. */
const sequenceTime = 1500;

const actions: Readonly<Record<string, () => void>> = {
  j: () => moveCursor(1),
  k: () => moveCursor(-1),
  o: openCurrent,
  x: selectCurrent,
  r: replay,
  '/': focusSearch,
  '?': showHelp,
};

/** `[data-go]` of a link in the navigation is the second key of its sequence. */
export function startShortcuts(): void {
  let goUntil = 0;
  document.addEventListener('keydown', (event) => {
    const { key } = event;
    if (event.defaultPrevented || event.ctrlKey || event.metaKey || event.altKey) return;
    if (document.querySelector('dialog[open]')) return;
    if (key === 'Escape') return cancel();
    if (isTyping(event.target)) return;
    if (event.timeStamp < goUntil) {
      goUntil = 0;
      element(`[data-go="${CSS.escape(key)}"]`, HTMLAnchorElement)?.click();
      return;
    }
    if (key === 'g') {
      goUntil = event.timeStamp + sequenceTime;
      return;
    }
    // A focused link or button has its own Enter.
    const action = key === 'Enter' && event.target === document.body ? openCurrent : actions[key];
    if (!action) return;
    event.preventDefault();
    action();
  });
  document.addEventListener('click', ({ target }) => {
    if (target instanceof Element && target.closest('[data-shortcuts]')) showHelp();
  });
}

function isTyping(target: EventTarget | null): boolean {
  return target instanceof Element && target.matches('input:not([type="checkbox"]), select, textarea');
}

/** Leave the field, and forget the marked and the selected rows. */
function cancel(): void {
  if (document.activeElement instanceof HTMLElement) document.activeElement.blur();
  clearCursor();
  selectAll(false);
}

/** Replay the selected rows, the marked row, or the delivery of the page. The form asks for a confirmation. */
function replay(): void {
  if (selectedCount() === 0 && currentRow()) selectCurrent();
  const button = element('[data-replay]:not(:disabled)', HTMLButtonElement);
  button?.click();
}

function focusSearch(): void {
  const search = element('input[type="search"]', HTMLInputElement);
  search?.focus();
  search?.select();
}

function showHelp(): void {
  const help = element('#shortcuts', HTMLDialogElement);
  if (help && !help.open) help.showModal();
}
