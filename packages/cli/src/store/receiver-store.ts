import type { StoreFromEnvironment } from '@spiderfoot-webhooks/sqlite';
import { UsageFailure } from '../failure/failure.ts';
import type { ListenFlags } from '../listen/flags.ts';

type Variables = Readonly<Record<string, string | undefined>>;

/** The database that is asked for, open; or none. */
export interface OpenDatabase extends StoreFromEnvironment {
  readonly path: string | undefined;
  readonly queued: boolean;
}

/**
 * @param tell told of what fails in the background, and of dead letters
 * @throws UsageFailure, ConfigurationError
 */
export async function openDatabase(
  { db, queue }: Pick<ListenFlags, 'db' | 'queue'>,
  env: Variables,
  tell: (details: object, message: string) => void,
): Promise<OpenDatabase> {
  const path = db ?? (env.SPIDERFOOT_WEBHOOK_DB || undefined);
  if (path === undefined && queue === true) {
    throw new UsageFailure('--queue needs --db: what is answered first must be kept somewhere.');
  }
  const mode = queue === true ? 'queued' : env.SPIDERFOOT_WEBHOOK_MODE;
  if (path === undefined && !mode) {
    return { options: {}, store: undefined, close: async () => {}, path, queued: false };
  }
  const { storeFromEnvironment } = await import('@spiderfoot-webhooks/sqlite');
  const stored = storeFromEnvironment(
    { logger: { error: tell } },
    { SPIDERFOOT_WEBHOOK_DB: path, SPIDERFOOT_WEBHOOK_MODE: mode },
  );
  return { ...stored, path, queued: 'queue' in stored.options };
}
