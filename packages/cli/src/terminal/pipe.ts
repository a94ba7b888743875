/** What a shell reports of a program that SIGPIPE has ended. */
const endedByPipe = 141;

let whenLost: ((error: NodeJS.ErrnoException) => void) | undefined;
let isExpendable = false;

/**
 * Watches standard output: if it can no longer be written, because its reader is gone (`| head`) or the disk is full, what was
 * to be written is lost, and the command does not end as if it had succeeded. A command that finishes its work on SIGTERM
 * gets the chance to, any other ends.
 */
export function watchOutput(): void {
  let isLost = false;
  process.stdout.on('error', (error: NodeJS.ErrnoException) => {
    if (isLost) return;
    isLost = true;
    if (whenLost !== undefined) return whenLost(error);
    if (error.code !== 'EPIPE') {
      console.error(`error: Standard output cannot be written: ${error.message}`);
      process.exit(1);
    }
    if (isExpendable) process.exit();
    process.exitCode ??= endedByPipe;
    if (process.listenerCount('SIGTERM') > 0) process.kill(process.pid, 'SIGTERM');
    else process.exit();
  });
  // Without standard error the results can still be read.
  process.stderr.on('error', () => {});
}

/** Sets what is done in place of ending when standard output can no longer be written. */
export function onOutputLost(act: (error: NodeJS.ErrnoException) => void): void {
  whenLost = act;
}

/** For output such as a help or a list of names: a reader who has seen enough of it loses nothing. */
export function outputIsExpendable(): void {
  isExpendable = true;
}

/** Writes to standard output. @returns whether it was written; it never rejects */
export function writeOut(text: string): Promise<boolean> {
  return new Promise((resolve) => {
    process.stdout.write(text, (error) => resolve(error === null || error === undefined));
  });
}
