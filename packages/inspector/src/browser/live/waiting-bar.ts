import { create } from '../elements.ts';

/** The most rows that are kept while the operator reads. */
export const mostWaiting = 500;

/**
 * Show the number of new rows above a table, or hide it if there are none. If `hasMore` is true, there may be more new rows
 * than the page has received.
 */
export type ShowWaiting = (
  count: number,
  table: HTMLTableElement | null | undefined,
  hasMore?: boolean,
) => void;

/**
 * Create a button above a table that shows how many rows are waiting.
 * @param onShow called when the operator wants to see them
 */
export function createWaitingBar(onShow: () => void): ShowWaiting {
  const button = create('button', { attributes: { type: 'button' } });
  const bar = create('div', { class: 'news' }, button);
  button.addEventListener('click', onShow);
  return (count, table, hasMore = false) => {
    if (count === 0) {
      bar.remove();
      return;
    }
    button.textContent = `${hasMore || count >= mostWaiting ? `${count} or more` : count} new`;
    if (!bar.isConnected) table?.before(bar);
  };
}
