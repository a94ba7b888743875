import { element, elements } from '../elements.ts';
import { showSelection } from '../selection.ts';

const rows = () => elements('[data-rows] tr', HTMLTableRowElement);

export function currentRow(): HTMLTableRowElement | undefined {
  return rows().find(({ classList }) => classList.contains('current'));
}

/** Mark the next or the previous row, and focus its link, so that screen readers read it. */
export function moveCursor(step: 1 | -1): void {
  const all = rows();
  const current = currentRow();
  const index = current ? all.indexOf(current) + step : step === 1 ? 0 : all.length - 1;
  const next = all[Math.min(Math.max(index, 0), all.length - 1)];
  if (!next) return;
  current?.classList.remove('current');
  next.classList.add('current');
  element('a[href]', HTMLAnchorElement, next)?.focus({ preventScroll: true });
  next.scrollIntoView({ block: 'nearest' });
}

export function openCurrent(): void {
  const row = currentRow();
  if (row) element('a[href]', HTMLAnchorElement, row)?.click();
}

export function selectCurrent(): void {
  const row = currentRow();
  const box = row && element('input[name="key"]', HTMLInputElement, row);
  if (!box) return;
  box.checked = !box.checked;
  showSelection();
}

export function clearCursor(): void {
  currentRow()?.classList.remove('current');
}
