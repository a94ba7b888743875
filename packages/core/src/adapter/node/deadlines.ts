/** Something that has to be over in time. */
interface Wait {
  readonly since: number;
  readonly onLate: () => void;
}

/** Into how many ticks a deadline is divided: it is kept to within an eighth. */
const ticks = 8;

/**
 * Deadlines that are all equally long, kept by one timer that ticks while anything waits. A timer for each would cost a
 * small delivery as much as its signature: most bodies are there at once, and setting up a timer is a call to the system.
 */
export class Deadlines {
  readonly #tickLength: number;
  /** In the order of their beginning, which is that of their end. */
  readonly #waits = new Set<Wait>();
  #tick = 0;
  #timer: NodeJS.Timeout | undefined;

  /** @param timeout milliseconds */
  constructor(timeout: number) {
    this.#tickLength = Math.max(1, timeout / ticks);
  }

  /** @returns what {@link end} takes */
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

/** The deadlines of one length, shared by all that have it. */
export function deadlinesOf(timeout: number): Deadlines {
  let deadlines = byTimeout.get(timeout);
  if (deadlines === undefined) {
    deadlines = new Deadlines(timeout);
    byTimeout.set(timeout, deadlines);
  }
  return deadlines;
}
