/**
 * If an npm script started this process, close when npm ends. npm sends SIGTERM to a shell, which does not forward it, so
 * the port would stay in use. A process that was not started by npm may outlive its parent.
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
