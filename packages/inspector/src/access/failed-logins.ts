const window = 60_000;
const mostOfAddress = 10;
const mostOfAll = 100;
/** The most addresses that are remembered. */
const mostKnown = 1000;

/** Limits failed logins, so that a password cannot be guessed. */
export interface FailedLogins {
  /** Whether this client may try a password now. */
  mayTry(address: string | undefined): boolean;
  failed(address: string | undefined): void;
  succeeded(address: string | undefined): void;
}

/**
 * Allow 10 failed logins a minute from an address, and 100 in all. An address that has logged in before is exempt from the
 * second limit, so that a stranger with many addresses cannot lock the operators out.
 * @param now the time in milliseconds, for tests
 */
export function createFailedLogins(now: () => number = Date.now): FailedLogins {
  const known = new Set<string>();
  let failures = new Map<string, number>();
  let total = 0;
  let since = now();

  function startWindow(): void {
    if (now() - since < window) return;
    failures = new Map();
    total = 0;
    since = now();
  }

  return {
    mayTry(address = '') {
      startWindow();
      if ((failures.get(address) ?? 0) >= mostOfAddress) return false;
      return total < mostOfAll || known.has(address);
    },
    failed(address = '') {
      // At most `mostOfAll` failures of strangers are counted, so the map is bounded.
      total += 1;
      failures.set(address, (failures.get(address) ?? 0) + 1);
    },
    succeeded(address = '') {
      if (known.has(address)) return;
      const [oldest] = known;
      if (known.size >= mostKnown && oldest !== undefined) known.delete(oldest);
      known.add(address);
    },
  };
}
