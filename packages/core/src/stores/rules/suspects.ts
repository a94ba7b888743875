/**
 * Return the smallest number of failures at which a delivery is a suspect: a delivery that may have ended its processes.
 *
 * Compare it with the failures of a delivery whose lease has expired. The expired lease counts as a failure. A delivery with
 * `maxAttempts` failures is a dead letter. A delivery with fewer failures, but at least this number, is a suspect.
 *
 * A worker runs one suspect at a time. Otherwise an event that ends its process would interrupt the same other deliveries
 * in every attempt, until all of them are dead letters.
 * @param maxAttempts the number of failures that make a delivery a dead letter
 * @example
 * const failures = row.failures + 1;
 * const isDead = failures >= maxAttempts;
 * const isSuspect = !isDead && failures >= suspectFrom(maxAttempts);
 */
export function suspectFrom(maxAttempts: number): number {
  return Math.min(2, maxAttempts - 1);
}
