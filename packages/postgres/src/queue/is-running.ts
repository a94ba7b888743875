/**
 * The condition that a row, which is found by its id, is running.
 *
 * It is an expression, so that it matches no partial index. If PostgreSQL analyzed the table while no delivery ran, it takes
 * the index of running deliveries for empty. It would then read all of that index for each statement, instead of finding the
 * rows by their ids.
 */
export const isRunning = `state || '' = 'running'`;
