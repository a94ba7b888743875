/**
 * Close when npm is gone, under whose `start` this runs: npm hands a SIGTERM to a shell, which keeps it to itself,
 * and the port would stay taken. A process that was started otherwise may outlive its parent.
 */
export function closeWithNpm(close: () => Promise<void>): void {
  if (process.env.npm_lifecycle_event === undefined) return;
  const parent = process.ppid;
  const watch = setInterval(() => {
    if (process.ppid === parent) return;
    clearInterval(watch);
    close().then(
      () => process.exit(0),
      () => process.exit(1),
    );
  }, 500).unref();
}
