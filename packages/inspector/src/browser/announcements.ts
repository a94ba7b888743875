import { create } from './elements.ts';

const shownFor = 4000;

let status: HTMLElement | undefined;
let timer: number | undefined;

/** Show a short message, which screen readers announce. */
export function announce(text: string): void {
  // The element exists before its first text, because screen readers announce only changes.
  status ??= document.body.appendChild(create('div', { class: 'toast', attributes: { role: 'status' } }));
  status.textContent = text;
  clearTimeout(timer);
  timer = setTimeout(() => {
    if (status) status.textContent = '';
  }, shownFor);
}
