import { CommandFailure, reportFailure } from '../failure/failure.ts';

/** The exit code that a shell reports if SIGPIPE ended a program. */
const endedByPipe = 141;

let lossHandler: ((error: NodeJS.ErrnoException) => void) | undefined;
let isEarlyCloseAllowed = false;

/**
 * Handle errors of standard output. Output is lost if its reader has ended (`| head`) or the disk is full, so the command
 * must not exit with 0. A command that handles SIGTERM can finish its work. Any other command exits.
 */
export function handleOutputErrors(): void {
  let isLost = false;
  process.stdout.on('error', (error: NodeJS.ErrnoException) => {
    if (isLost) return;
    isLost = true;
    if (lossHandler !== undefined) return lossHandler(error);
    if (error.code !== 'EPIPE') {
      const failure = new CommandFailure(`Standard output cannot be written: ${error.message}`, {
        hint: 'Free some space on the disk, or write the output to another file.',
      });
      void reportFailure(failure).then((code) => process.exit(code));
      return;
    }
    if (isEarlyCloseAllowed) process.exit();
    process.exitCode ??= endedByPipe;
    if (process.listenerCount('SIGTERM') > 0) process.kill(process.pid, 'SIGTERM');
    else process.exit();
  });
  // If standard error cannot be written, the command can still write its results to standard output.
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
