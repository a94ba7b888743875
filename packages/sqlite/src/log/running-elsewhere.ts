import { randomUUID } from 'node:crypto';
import { isOpenHere } from '../file/open-stores.ts';
import { numberOf } from '../rows/cells.ts';
import { isRunning, thisProcess } from './process-identity.ts';

/**
 * The time that SpiderFoot waits for a response, in milliseconds. After that, its retry must be handled, even if the
 * process that took the delivery is still alive, because that process may hang.
 */
const senderTimeout = 10_000;

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
  const own = thisProcess();
  return {
    owner: `${own.machine} ${own.pid} ${own.start} ${store}`,
    isElsewhere({ lease_owner: owner, lease_until: until, lease_duration: duration }, now) {
      if (typeof owner !== 'string') return false;
      const [, machine, pid, start, runner] = ownerCell.exec(owner) ?? [];
      const age = now - (numberOf(until, Number.NaN) - numberOf(duration, Number.NaN));
      if (runner === undefined || runner === store) return false;
      if (!(age > -clockTolerance && age < senderTimeout) || machine !== own.machine) return false;
      if (Number(pid) === own.pid && start === own.start) return isOpenHere(runner);
      return isRunning(Number(pid), start);
    },
  };
}

export function newStoreName(): string {
  return randomUUID().slice(0, 13);
}

const ownerCell = /^(\S+) (\d+) (\S+) (\S+)$/;
