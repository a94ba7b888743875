/**
 * Return the number of failures from which a delivery is a suspect: a delivery that may have ended its own processes.
 *
 * Compare it with the failures of a delivery whose lease has expired, that one included. From `maxAttempts` on, the
 * delivery is a dead letter. Below that and from this number on, it is a suspect, and a worker runs one suspect at a
 * time. Otherwise an event that ends its process would interrupt the same other deliveries in every attempt, until all of
 * them are dead letters.
 * @param maxAttempts the number of failures that make a delivery a dead letter
 * @example
 * const failures = row.failures + 1;
 * const isDead = failures >= maxAttempts;
 * const isSuspect = !isDead && failures >= suspectFrom(maxAttempts);
 */
export function suspectFrom(maxAttempts: number): number {
  return Math.min(2, maxAttempts - 1);
}
