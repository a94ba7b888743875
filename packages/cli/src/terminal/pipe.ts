/**
 * Who reads the output may have seen enough (`| head`): that is no fault. A command that finishes its work on SIGTERM gets
 * the chance to, any other ends.
 */
export function endQuietlyOnBrokenPipe(): void {
  let broken = false;
  for (const stream of [process.stdout, process.stderr]) {
    stream.on('error', (error: NodeJS.ErrnoException) => {
      if (error.code !== 'EPIPE') throw error;
      if (broken) return;
      broken = true;
      if (process.listenerCount('SIGTERM') > 0) process.kill(process.pid, 'SIGTERM');
      else process.exit();
    });
  }
}
