/**
 * A second signal within this time, in milliseconds, is a copy of the first: processes of a group forward signals to
 * each other.
 */
const repetitionTime = 500;

/**
 * End the process gracefully on SIGTERM, SIGINT and SIGHUP (the terminal closes). The exit code is 0 after `close`,
 * or 1 if `close` takes longer than the grace period. A second Ctrl-C ends the process at once.
 * @param grace milliseconds
 */
export function closeOnSignals(close: () => Promise<void>, grace: number): void {
  let firstSignalAt: number | undefined;
  const onSignal = (signal: NodeJS.Signals) => {
    if (firstSignalAt !== undefined) {
      if (signal === 'SIGINT' && performance.now() - firstSignalAt > repetitionTime) process.exit(130);
      return;
    }
    firstSignalAt = performance.now();
    setTimeout(() => {
      console.error(`Stopped after ${grace} ms with deliveries in flight. Their senders will retry.`);
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
