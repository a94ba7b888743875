import type { Server } from 'node:http';
import type { Logger } from '../reporting/logger.ts';

/** The minimum time between two warnings, in milliseconds. */
const period = 60_000;

/**
 * Limit the number of open connections of a server. Additional connections are closed as soon as they are accepted. A
 * warning is logged at most once a minute, so that an attacker cannot fill the log.
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
      'spiderfoot webhook: connections were dropped because "maxConnections" was reached',
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
