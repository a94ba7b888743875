import { element, elements } from './elements.ts';

/** The boxes of the rows. */
function rowBoxes(): readonly HTMLInputElement[] {
  return elements('[data-rows] input[name="key"]', HTMLInputElement);
}

/** The number of selected rows. */
export function selectedCount(): number {
  return rowBoxes().filter(({ checked }) => checked).length;
}

/** Select or deselect all rows. */
export function selectAll(checked: boolean): void {
  for (const box of rowBoxes()) box.checked = checked;
  showSelection();
}

/** Show the number of selected rows, and enable the actions on them. */
export function showSelection(): void {
  const boxes = rowBoxes();
  const count = selectedCount();
  const all = element('[data-select-all]', HTMLInputElement);
  if (all) {
    all.checked = count > 0 && count === boxes.length;
    all.indeterminate = count > 0 && count < boxes.length;
  }
  for (const output of elements('[data-selected]', HTMLElement)) {
    output.textContent = count === 0 ? '' : `${count} selected`;
  }
  for (const button of elements('[data-bulk]', HTMLButtonElement)) button.disabled = count === 0;
}

export function startSelection(): void {
  document.addEventListener('change', ({ target }) => {
    if (!(target instanceof HTMLInputElement)) return;
    if (target.matches('[data-select-all]')) selectAll(target.checked);
    else if (target.name === 'key') showSelection();
  });
}
