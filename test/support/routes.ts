import type { Outcome } from '@spiderfoot-webhooks/core';

/** The response of a route with a status. */
export const routed = (status: number) => ({ status, body: { routed: status } });
/** The codes of rejections, and the statuses of other outcomes. */
export const codes = (outcomes: readonly Outcome[]) =>
  outcomes.map((outcome) => (outcome.status === 'rejected' ? outcome.code : outcome.status));

/** Create a promise, and the function that resolves it. */
export function gate(): { readonly opened: Promise<void>; open(): void } {
  let open = () => {};
  const opened = new Promise<void>((resolve) => {
    open = resolve;
  });
  return { opened, open: () => open() };
}
