import type { Server } from 'node:http';
import type { Logger } from '../ports.ts';

/** Milliseconds between two warnings. */
const period = 60_000;

/**
 * Limits how many connections a server has at once. Further ones are closed as soon as they are accepted, and a warning
 * says so once a minute: an attacker must not be able to fill the log.
 */
export function limitConnections(server: Server, maxConnections: number, logger: Pick<Logger, 'warn'>): void {
  let dropped = 0;
  let timer: NodeJS.Timeout | undefined;

  function warn(): void {
    if (dropped === 0) {
      timer = undefined;
      return;
    }
    logger.warn(
      { dropped, maxConnections },
      'spiderfoot webhook: connections were dropped because "maxConnections" are open',
    );
    dropped = 0;
    timer = setTimeout(warn, period).unref();
  }

  server.maxConnections = maxConnections;
  server.on('drop', () => {
    dropped++;
    if (timer === undefined) warn();
  });
}
