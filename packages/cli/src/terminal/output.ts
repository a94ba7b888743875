/** The exit code that a shell reports for a program that SIGPIPE ended. */
const endedByPipe = 141;

let lossHandler: ((error: NodeJS.ErrnoException) => void) | undefined;
let isEarlyCloseAllowed = false;

/**
 * Handle errors of standard output. If it cannot be written, because its reader has ended (`| head`) or the disk is
 * full, output is lost, so the command must not exit with 0. A command that handles SIGTERM can finish its work; any
 * other command exits.
 */
export function handleOutputErrors(): void {
  let isLost = false;
  process.stdout.on('error', (error: NodeJS.ErrnoException) => {
    if (isLost) return;
    isLost = true;
    if (lossHandler !== undefined) return lossHandler(error);
    if (error.code !== 'EPIPE') {
      console.error(`error: Standard output cannot be written: ${error.message}`);
      process.exit(1);
    }
    if (isEarlyCloseAllowed) process.exit();
    process.exitCode ??= endedByPipe;
    if (process.listenerCount('SIGTERM') > 0) process.kill(process.pid, 'SIGTERM');
    else process.exit();
  });
  // Without standard error, the results can still be written.
  process.stderr.on('error', () => {});
}

/** Set a function to call, instead of exiting, when standard output cannot be written. */
export function onOutputLost(handler: (error: NodeJS.ErrnoException) => void): void {
  lossHandler = handler;
}

/** Call this for output such as help, whose reader may end early without an error. */
export function allowEarlyClose(): void {
  isEarlyCloseAllowed = true;
}

/** Write to standard output. Never rejects. @returns whether the text was written */
export function writeOut(text: string): Promise<boolean> {
  return new Promise((resolve) => {
    process.stdout.write(text, (error) => resolve(error === null || error === undefined));
  });
}
