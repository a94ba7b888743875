/** A second signal sooner than this is the same wish: a process group's members pass it on to each other. */
const sameWish = 500;

/**
 * Ends the process gently on SIGTERM, SIGINT and SIGHUP (a terminal that closes): with 0 after `close`, with 1 if that takes
 * longer than the grace. A second Ctrl-C ends it at once.
 * @param grace milliseconds
 */
export function closeOnSignals(close: () => Promise<void>, grace: number): void {
  let since: number | undefined;
  const onSignal = (signal: NodeJS.Signals) => {
    if (since !== undefined) {
      if (signal === 'SIGINT' && performance.now() - since > sameWish) process.exit(130);
      return;
    }
    since = performance.now();
    setTimeout(() => {
      console.error(
        `Stopped after ${grace} ms, with deliveries still in flight: their senders will try again.`,
      );
      process.exit(1);
    }, grace).unref();
    close().then(
      () => process.exit(0),
      (error: unknown) => {
        console.error(error);
        process.exit(1);
      },
    );
  };
  process.on('SIGTERM', onSignal).on('SIGINT', onSignal).on('SIGHUP', onSignal);
}
