import { ConfigurationError } from '@spiderfoot-webhooks/core';
import pg from 'pg';

/** The beginnings of connection strings that pg understands. */
const urls = /^(?:postgres(?:ql)?:\/\/|socket:|\/)/i;

/**
 * Check the options of a connection. The pool would read them only when it connects, and the store would try again.
 * @throws ConfigurationError. Its message does not repeat the URL, which may contain a password
 */
export function checkConnection(options: pg.PoolConfig): void {
  const { connectionString } = options;
  const isUrl = typeof connectionString === 'string' && urls.test(connectionString);
  if ('connectionString' in options && !isUrl) {
    throw new ConfigurationError('connection', 'must be a postgres:// URL, options of pg, or a pool of pg.');
  }
  try {
    new pg.Client(options);
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    throw new ConfigurationError(
      'connection',
      `is not a valid PostgreSQL URL (${reason}). Write it as postgres://USER:PASSWORD@HOST:PORT/DATABASE, and encode special characters such as @ and / in the password.`,
    );
  }
}
