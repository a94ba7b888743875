import { existsSync, readdirSync, readFileSync } from 'node:fs';

/** Microseconds in a clock tick of `/proc/PID/stat`. */
const tick = 10_000;

/**
 * Return the CPU time of a server: of its process, of its running child processes, and of the child processes that have
 * ended. Running ones are measured in nanoseconds, ended ones in ticks of 10 ms.
 * @param pid the server's first process
 * @returns microseconds. `NaN` on a system other than Linux
 */
export function cpuTimeOf(pid: number): number {
  if (!existsSync('/proc/self/schedstat')) return Number.NaN;
  const running = [pid, ...childrenOf(pid)].map(timeOfThreads);
  return running.reduce((sum, time) => sum + time, timeOfEndedChildren(pid));
}

function childrenOf(pid: number): readonly number[] {
  return threadsOf(pid).flatMap((thread) =>
    read(`${thread}/children`).split(' ').filter(Boolean).map(Number),
  );
}

/** Sum the first values of `schedstat`: the nanoseconds that each thread has run. */
function timeOfThreads(pid: number): number {
  const times = threadsOf(pid).map((thread) => Number(read(`${thread}/schedstat`).split(' ')[0]));
  return times.reduce((sum, time) => sum + time, 0) / 1000;
}

/** Sum the fields `cutime` and `cstime` of `stat`. The name before them may contain spaces. */
function timeOfEndedChildren(pid: number): number {
  const stat = read(`/proc/${pid}/stat`);
  const [, , , , , , , , , , , , , user, system] = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
  return (Number(user) + Number(system)) * tick;
}

function threadsOf(pid: number): readonly string[] {
  const folder = `/proc/${pid}/task`;
  try {
    return readdirSync(folder).map((thread) => `${folder}/${thread}`);
  } catch {
    return [];
  }
}

/** Return the text of a file, or an empty one if the process has ended. */
function read(file: string): string {
  try {
    return readFileSync(file, 'utf8');
  } catch {
    return '';
  }
}
