import { create } from './elements.ts';

const shownFor = 4000;

let status: HTMLElement | undefined;
let timer: number | undefined;

/**
 * Show a short message, which screen readers announce.
 * @param look `sr` for a message about a change that is visible, only for screen readers
 */
export function announce(text: string, look: 'toast' | 'sr' = 'toast'): void {
  // The element exists before its first text, because screen readers announce only changes.
  status ??= document.body.appendChild(create('div', { class: 'toast', attributes: { role: 'status' } }));
  status.className = look;
  status.textContent = text;
  clearTimeout(timer);
  timer = setTimeout(() => {
    if (status) status.textContent = '';
  }, shownFor);
}
