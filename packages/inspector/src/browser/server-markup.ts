import { elements } from './elements.ts';

/**
 * Parse markup that this server has rendered. Scripts in a parsed document do not run, and the policy of the page forbids
 * inline handlers. The server escapes all data.
 */
function parsePage(html: string): Document {
  return new DOMParser().parseFromString(html, 'text/html');
}

/** Parse table rows that this server has rendered. */
export function parseRows(html: string): readonly HTMLTableRowElement[] {
  // The parser drops rows outside of a table.
  return rowsOf(parsePage(`<table><tbody>${html}</tbody></table>`));
}

/** Return the rows of a page that have a key. */
export function rowsOf(page: Document): readonly HTMLTableRowElement[] {
  return elements('tbody tr[data-key]', HTMLTableRowElement, page).map((row) => document.adoptNode(row));
}

/**
 * Fetch a page of the inspector.
 * @throws Error if the response is not a page
 */
export async function fetchPage(url: string | URL, signal?: AbortSignal): Promise<Document> {
  const response = await fetch(url, { headers: { accept: 'text/html' }, ...(signal && { signal }) });
  if (!response.ok) throw new Error(`The server answered ${response.status}.`);
  return parsePage(await response.text());
}
