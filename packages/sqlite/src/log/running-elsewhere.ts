/** Records which store runs the handlers of a delivery, and checks whether it is still running. */
import { randomUUID } from 'node:crypto';
import { readFileSync, readlinkSync } from 'node:fs';
import { hostname } from 'node:os';
import { isOpenHere } from '../file/open-stores.ts';
import { systemCodeOf } from '../file/system-error-code.ts';
import { numberOf } from '../rows/cells.ts';

/**
 * The time that SpiderFoot waits for an answer, in milliseconds. After that, its retry must be handled, even if the
 * process that took the delivery is still alive, because that process may hang.
 */
const senderPatience = 10_000;

/**
 * The tolerance between two readings of the clock, in milliseconds. A time further ahead means that the clock was set
 * back.
 */
const clockTolerance = 1000;

/** The lease of a `received` delivery. Another program may have written any value. */
export interface LeaseCells {
  readonly lease_owner: unknown;
  readonly lease_until: unknown;
  readonly lease_duration: unknown;
}

/** Identifies a store that runs handlers for deliveries in a log. */
export interface Runner {
  /** The value of the column `lease_owner` for a `received` delivery. */
  readonly owner: string;
  /**
   * Return whether another store, in this or another process on this machine, is running the handlers of a delivery.
   */
  isElsewhere(lease: LeaseCells, now: number): boolean;
}

/** @param store a unique name of the store */
export function createRunner(store: string = newStoreName()): Runner {
  const own = self();
  return {
    owner: `${own.machine} ${own.pid} ${own.start} ${store}`,
    isElsewhere({ lease_owner: owner, lease_until: until, lease_duration: duration }, now) {
      if (typeof owner !== 'string') return false;
      const [, machine, pid, start, runner] = ownerCell.exec(owner) ?? [];
      const age = now - (numberOf(until, Number.NaN) - numberOf(duration, Number.NaN));
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

const ownerCell = /^(\S+) (\d+) (\S+) (\S+)$/;

/** Identifies a process, and distinguishes it from a later process with the same PID. */
interface ProcessIdentity {
  /** The machine's boot id and PID namespace. */
  readonly machine: string;
  readonly pid: number;
  /** The start time of the process. `-` if the system does not report it. */
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

/** States of processes that do not run: stopped, zombie and dead. */
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
