import { elements } from '../elements.ts';

const firstDelay = 1000;
const longestDelay = 30_000;
/** A hidden page gives its stream back after this time, in milliseconds. */
const hiddenFor = 60_000;

/** Called with the data of an event, which is parsed JSON. */
export type OnEvent = (data: unknown) => void;

export interface LiveStream {
  /** Connect again, because the page shows another view. Without a path, the stream is closed. */
  restart(): void;
}

/**
 * Receive the live events of the page, and connect again if the connection is lost. The delay doubles up to 30 seconds.
 * @param onReconnected called when a lost connection is open again, because events may have been missed
 */
export function openStream(
  path: () => string | undefined,
  listeners: Readonly<Record<string, OnEvent>>,
  onReconnected: () => void,
): LiveStream {
  let source: EventSource | undefined;
  let delay = firstDelay;
  let wasLost = false;
  let retryTimer: number | undefined;
  let hiddenTimer: number | undefined;

  function connect(): void {
    disconnect();
    const current = path();
    if (current === undefined) {
      wasLost = false;
      hideState();
      return;
    }
    const url = new URL(current, document.baseURI);
    url.search = location.search;
    const opened = new EventSource(url);
    source = opened;
    opened.addEventListener('open', () => {
      delay = firstDelay;
      showState('live');
      if (wasLost) onReconnected();
      wasLost = false;
    });
    opened.addEventListener('error', () => {
      // The browser's own retry has a constant delay, and ends after an error status.
      disconnect();
      wasLost = true;
      showState('reconnecting');
      retryTimer = setTimeout(connect, delay * (0.5 + Math.random() / 2));
      delay = Math.min(delay * 2, longestDelay);
    });
    for (const [name, listener] of Object.entries(listeners)) {
      opened.addEventListener(name, ({ data }) => listener(JSON.parse(data)));
    }
  }

  function disconnect(): void {
    clearTimeout(retryTimer);
    source?.close();
    source = undefined;
  }

  document.addEventListener('visibilitychange', () => {
    clearTimeout(hiddenTimer);
    if (document.hidden) {
      hiddenTimer = setTimeout(() => {
        if (path() === undefined) return;
        disconnect();
        wasLost = true;
        showState('paused');
      }, hiddenFor);
    } else if (source === undefined) connect();
  });
  // A page in the back-forward cache must not keep its stream.
  addEventListener('pagehide', disconnect);
  addEventListener('pageshow', ({ persisted }) => {
    if (!persisted) return;
    wasLost = true;
    connect();
  });
  connect();
  return { restart: connect };
}

const stateTexts = { live: 'Live', reconnecting: 'Reconnecting…', paused: 'Paused' };

function hideState(): void {
  for (const shown of elements('[data-live-state]', HTMLElement)) {
    shown.hidden = true;
    shown.dataset.liveState = '';
  }
}

function showState(state: keyof typeof stateTexts): void {
  for (const shown of elements('[data-live-state]', HTMLElement)) {
    shown.hidden = false;
    shown.dataset.liveState = state;
    shown.textContent = stateTexts[state];
  }
}
