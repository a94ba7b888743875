/** A wait with a deadline. */
interface Wait {
  readonly since: number;
  readonly onLate: () => void;
}

/** The number of ticks in a deadline. A deadline is accurate to an eighth of its length. */
const ticks = 8;

/**
 * Deadlines of equal length that share one timer, which ticks while at least one of them is pending. For a small delivery,
 * a timer of its own would take as much time as its signature: most bodies are available at once, and creating a timer is
 * a system call.
 */
export class Deadlines {
  readonly #tickLength: number;
  /** In the order in which they began, which is the order in which they end. */
  readonly #waits = new Set<Wait>();
  #tick = 0;
  #timer: NodeJS.Timeout | undefined;

  /** @param timeout milliseconds */
  constructor(timeout: number) {
    this.#tickLength = Math.max(1, timeout / ticks);
  }

  /** Start a deadline. @returns the argument for {@link end} */
  begin(onLate: () => void): Wait {
    const wait = { since: this.#tick, onLate };
    this.#waits.add(wait);
    this.#timer ??= setInterval(() => this.#onTick(), this.#tickLength).unref();
    return wait;
  }

  end(wait: Wait): void {
    this.#waits.delete(wait);
  }

  #onTick(): void {
    if (this.#waits.size === 0) {
      clearInterval(this.#timer);
      this.#timer = undefined;
    }
    this.#tick++;
    for (const wait of this.#waits) {
      if (this.#tick - wait.since <= ticks) break;
      this.#waits.delete(wait);
      wait.onLate();
    }
  }
}

const byTimeout = new Map<number, Deadlines>();

/** Return the shared deadlines of a length. */
export function deadlinesOf(timeout: number): Deadlines {
  let deadlines = byTimeout.get(timeout);
  if (deadlines === undefined) {
    deadlines = new Deadlines(timeout);
    byTimeout.set(timeout, deadlines);
  }
  return deadlines;
}
