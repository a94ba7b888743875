import { codeOf } from '../errors.ts';
import type { Query, Row, Session } from './clients.ts';

/**
 * Run a statement that reads, and let the server end it after a time. In contrast to a deadline, which closes the connection,
 * the connection can be used afterward.
 * @param time milliseconds
 * @returns `undefined` if the server has ended the statement
 */
export async function readWithin(
  session: Session,
  query: Query,
  time: number,
): Promise<readonly Row[] | undefined> {
  // 0 would mean no limit.
  const limit = Math.max(1, Math.ceil(time));
  try {
    await session.script(`BEGIN READ ONLY; SET LOCAL statement_timeout = ${limit}`);
    const rows = await session.query(query);
    await session.script('COMMIT');
    return rows;
  } catch (error) {
    // A connection that has failed cannot roll back. The error shows why.
    await session.script('ROLLBACK').catch(() => {});
    if (codeOf(error) === '57014') return undefined;
    throw error;
  }
}
