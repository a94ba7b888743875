/** Which store runs the handlers of a delivery, and whether it still does. */
import { randomUUID } from 'node:crypto';
import { readFileSync, readlinkSync } from 'node:fs';
import { hostname } from 'node:os';
import { isOpenHere } from './open-files.ts';
import { systemCodeOf } from './system-code.ts';

/**
 * Milliseconds that SpiderFoot waits for an answer. After that its retry must be handled, even if the process that took the
 * delivery still lives: it may hang.
 */
const senderPatience = 10_000;

/** Milliseconds that two readings of the clock may differ. A time further ahead was written before the clock was set back. */
const clockTolerance = 1000;

/** A store that takes deliveries in a log. */
export interface Runner {
  /**
   * The cell `lease` of a delivery that is `received`.
   * @param until when its handlers may be thought to have ended, in milliseconds since 1970; the cell begins with it
   */
  mark(now: number, until: number): string;
  /** Whether another store, in this process or another one on this machine, runs the handlers of a delivery now. */
  isElsewhere(lease: unknown, now: number): boolean;
}

/** @param store a name that no other store has */
export function createRunner(store: string = newStoreName()): Runner {
  const own = self();
  return {
    mark: (now, until) => `${until} ${now} ${own.machine} ${own.pid} ${own.start} ${store}`,
    isElsewhere(lease, now) {
      if (typeof lease !== 'string') return false;
      const [, since, machine, pid, start, runner] = cell.exec(lease) ?? [];
      const age = now - Number(since);
      if (runner === undefined || runner === store) return false;
      if (!(age > -clockTolerance && age < senderPatience) || machine !== own.machine) return false;
      if (Number(pid) === own.pid && start === own.start) return isOpenHere(runner);
      return isRunning(Number(pid), start);
    },
  };
}

export function newStoreName(): string {
  return randomUUID().slice(0, 13);
}

const cell = /^\d+ (\d+) (\S+) (\d+) (\S+) (\S+)$/;

/** Identifies a process, also against one that gets its number later. */
interface ProcessIdentity {
  /** This start of this machine, and the namespace that the number counts in. */
  readonly machine: string;
  readonly pid: number;
  /** When the process was started; `-` if the system does not say. */
  readonly start: string;
}

let known: ProcessIdentity | undefined;

function self(): ProcessIdentity {
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

/** A process that is stopped runs no handlers, and a zombie is dead. */
const atRest: readonly string[] = ['T', 't', 'X', 'Z'];

function isRunning(pid: number, start: string | undefined): boolean {
  if (start !== '-') {
    const stat = statOf(pid);
    return stat !== undefined && stat.start === start && !atRest.includes(stat.state);
  }
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    // The process runs as another user.
    return systemCodeOf(error) === 'EPERM';
  }
}

/** @see proc_pid_stat(5). The command's name, in parentheses, may hold blanks and parentheses itself. */
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
