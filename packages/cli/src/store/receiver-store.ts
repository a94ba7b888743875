import type { StoreFromEnvironment } from '@spiderfoot-webhooks/sqlite';
import { UsageFailure } from '../failure/failure.ts';
import type { ListenFlags } from '../listen/flags.ts';

type Variables = Readonly<Record<string, string | undefined>>;

/** The open database of a receiver, if it has one. */
export interface OpenDatabase extends StoreFromEnvironment {
  readonly path: string | undefined;
  readonly queued: boolean;
}

/**
 * Open the database that the flags or the environment specify.
 * @param report reports failures in the background, and dead letters
 * @throws UsageFailure, ConfigurationError
 */
export async function openDatabase(
  { db, queue }: Pick<ListenFlags, 'db' | 'queue'>,
  env: Variables,
  report: (details: object, message: string) => void,
): Promise<OpenDatabase> {
  const path = db ?? (env.SPIDERFOOT_WEBHOOK_DB || undefined);
  if (path === undefined && queue === true) {
    throw new UsageFailure(
      '--queue requires a database for the queued deliveries.',
      'Give --db webhooks.db.',
    );
  }
  const mode = queue === true ? 'queued' : env.SPIDERFOOT_WEBHOOK_MODE;
  if (path === undefined && !mode) {
    return { options: {}, store: undefined, close: async () => {}, path, queued: false };
  }
  const { storeFromEnvironment } = await import('@spiderfoot-webhooks/sqlite');
  const stored = storeFromEnvironment(
    { logger: { error: report } },
    { SPIDERFOOT_WEBHOOK_DB: path, SPIDERFOOT_WEBHOOK_MODE: mode },
  );
  return { ...stored, path, queued: 'queue' in stored.options };
}
