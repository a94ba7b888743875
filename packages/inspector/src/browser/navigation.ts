import { announce } from './announcements.ts';
import { closest, element } from './elements.ts';
import { fetchPage } from './server-markup.ts';

/** Called when the content of the page was replaced. */
export type OnContent = (main: HTMLElement) => void;

/** Opens another view of the same page. */
export type Navigate = (url: URL) => Promise<void>;

/**
 * Follow links and forms that lead to another view of the same page (a filter, a time range, the next rows) without loading
 * the document again. The URL changes, so the back button works and a view can be shared.
 */
export function startNavigation(onContent: OnContent): Navigate {
  let loading: AbortController | undefined;

  async function show(url: URL): Promise<void> {
    loading?.abort();
    const controller = new AbortController();
    loading = controller;
    document.body.setAttribute('aria-busy', 'true');
    try {
      const page = await fetchPage(url, controller.signal);
      const main = page.querySelector('main');
      if (!main) throw new Error('The response is not a page of the inspector.');
      document.title = page.title;
      const { live } = page.body.dataset;
      if (live === undefined) delete document.body.dataset.live;
      else document.body.dataset.live = live;
      replaceContent(document.adoptNode(main));
    } catch {
      // The browser shows the response, such as a login, or its own error page.
      if (!controller.signal.aborted) location.assign(url);
    } finally {
      if (loading === controller) document.body.removeAttribute('aria-busy');
    }
  }

  function replaceContent(main: HTMLElement): void {
    const restoreFocus = rememberFocus();
    element('main', HTMLElement)?.replaceWith(main);
    restoreFocus(main);
    onContent(main);
  }

  async function navigate(url: URL): Promise<void> {
    if (url.href !== location.href) history.pushState(null, '', url);
    await show(url);
    announce('Updated', 'sr');
  }

  document.addEventListener('click', (event) => {
    const link = closest(event, 'main a[href]');
    if (!(link instanceof HTMLAnchorElement) || !isPlainClick(event) || !isSamePage(new URL(link.href)))
      return;
    if (link.hasAttribute('download') || link.target !== '') return;
    event.preventDefault();
    void navigate(new URL(link.href));
  });
  document.addEventListener('submit', (event) => {
    const { target: form } = event;
    if (!(form instanceof HTMLFormElement) || form.method !== 'get' || event.defaultPrevented) return;
    const url = formUrl(form);
    if (!isSamePage(url)) return;
    event.preventDefault();
    void navigate(url);
  });
  document.addEventListener('change', ({ target }) => {
    if (target instanceof HTMLSelectElement)
      target.closest<HTMLFormElement>('form[data-filters]')?.requestSubmit();
  });
  addEventListener('popstate', () => void show(new URL(location.href)));
  return navigate;
}

function isPlainClick({ button, ctrlKey, metaKey, shiftKey, altKey }: MouseEvent): boolean {
  return button === 0 && !ctrlKey && !metaKey && !shiftKey && !altKey;
}

function isSamePage({ origin, pathname, hash }: URL): boolean {
  return origin === location.origin && pathname === location.pathname && hash === '';
}

/** The URL that a GET form leads to, without its empty fields. */
function formUrl(form: HTMLFormElement): URL {
  const url = new URL(form.action);
  url.search = '';
  for (const [name, value] of new FormData(form)) {
    if (typeof value === 'string' && value !== '') url.searchParams.append(name, value);
  }
  return url;
}

/** Keep the focus, the typed text and the cursor of a field whose form is replaced. */
function rememberFocus(): (main: HTMLElement) => void {
  const active = document.activeElement;
  if (!(active instanceof HTMLInputElement || active instanceof HTMLSelectElement) || active.name === '') {
    return () => {};
  }
  const { name, value } = active;
  const cursor = active instanceof HTMLInputElement ? active.selectionStart : null;
  return (main) => {
    const field = element(`form [name="${CSS.escape(name)}"]`, HTMLElement, main);
    field?.focus();
    if (!(field instanceof HTMLInputElement) || field.type === 'checkbox') return;
    field.value = value;
    if (cursor !== null) field.setSelectionRange(cursor, cursor);
  };
}
