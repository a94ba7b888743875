import { clean } from '../text/clean-text.ts';
import { memberOf } from '../text/parse-json.ts';
import { ForwardError } from './forward-error.ts';

/** Thrown by a `fallback` if all of its handlers failed. */
export class FallbackError extends ForwardError {
  /** The thrown values, in the order of the handlers. Not enumerable, because your own handlers can throw anything. */
  declare readonly errors: readonly unknown[];
  override readonly name = 'FallbackError';

  constructor(errors: readonly unknown[]) {
    super('fallback', errors.length, {
      code: 'all_failed',
      retryAfter: shortestWait(errors),
      detail: errors
        .map((error) => (error instanceof Error ? clean(error.message, 300) : 'a thrown value'))
        .join(' '),
    });
    Object.defineProperty(this, 'errors', { value: errors });
  }
}

/** Return the seconds until a handler can be retried. @returns `undefined` if a handler did not ask for a wait */
function shortestWait(errors: readonly unknown[]): number | undefined {
  const shortest = Math.min(...errors.map((error) => Number(memberOf(error, 'retryAfter') ?? 0)));
  return shortest > 0 ? shortest : undefined;
}
