import { readFileSync, readlinkSync } from 'node:fs';
import { hostname } from 'node:os';
import { systemCodeOf } from '../file/system-error-code.ts';

/** Identifies a process, and distinguishes it from a later process with the same PID. */
interface ProcessIdentity {
  /** The machine's boot id and PID namespace. */
  readonly machine: string;
  readonly pid: number;
  /** The start time of the process. `-` if the system does not report it. */
  readonly start: string;
}

let known: ProcessIdentity | undefined;

export function thisProcess(): ProcessIdentity {
  known ??= { machine: machineName(), pid: process.pid, start: statOf(process.pid)?.start ?? '-' };
  return known;
}

function machineName(): string {
  try {
    const boot = readFileSync('/proc/sys/kernel/random/boot_id', 'utf8').trim();
    return `${boot}/${readlinkSync('/proc/self/ns/pid')}`;
  } catch {
    return encodeURIComponent(hostname()) || '-';
  }
}

/** The states of processes that do not run: stopped, zombie and dead. */
const inactiveStates: readonly string[] = ['T', 't', 'X', 'Z'];

/** Return whether a process of this machine is running. A stopped process counts as not running. */
export function isRunning(pid: number, start: string | undefined): boolean {
  if (start !== '-') {
    const stat = statOf(pid);
    return stat !== undefined && stat.start === start && !inactiveStates.includes(stat.state);
  }
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    // The process runs as another user.
    return systemCodeOf(error) === 'EPERM';
  }
}

/** @see proc_pid_stat(5). The command name, in parentheses, may itself contain spaces and parentheses. */
function statOf(pid: number): { readonly state: string; readonly start: string } | undefined {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, 'utf8');
    const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
    const [state, start] = [fields[0], fields[19]];
    return state === undefined || start === undefined ? undefined : { state, start };
  } catch {
    return undefined;
  }
}
