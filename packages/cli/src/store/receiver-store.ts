import type { StoreFromEnvironment } from '@spiderfoot-webhooks/store';
import { UsageFailure } from '../failure/failure.ts';
import type { ListenFlags } from '../listen/flags.ts';

type Variables = Readonly<Record<string, string | undefined>>;

/** The open store of a receiver, if it has one. */
export interface ReceiverStore extends StoreFromEnvironment {
  readonly location: string | undefined;
  readonly queued: boolean;
}

/**
 * Open the store that the flags or the environment specify, and wait until it can be used.
 * @param report reports failures in the background, and dead letters
 * @throws UsageFailure, ConfigurationError
 */
export async function openReceiverStore(
  { store, queue }: Pick<ListenFlags, 'store' | 'queue'>,
  env: Variables,
  report: (details: object, message: string) => void,
): Promise<ReceiverStore> {
  const location = store ?? (env.SPIDERFOOT_WEBHOOK_STORE || undefined);
  if (location === undefined && queue === true) {
    throw new UsageFailure(
      '--queue requires a store for the queued deliveries.',
      'Give --store webhooks.db.',
    );
  }
  const mode = queue === true ? 'queued' : env.SPIDERFOOT_WEBHOOK_MODE;
  if (location === undefined && !mode) {
    return { options: {}, store: undefined, close: async () => {}, location, queued: false };
  }
  const { storeFromEnvironment } = await import('@spiderfoot-webhooks/store');
  const stored = await storeFromEnvironment(
    { logger: { error: report } },
    { SPIDERFOOT_WEBHOOK_STORE: location, SPIDERFOOT_WEBHOOK_MODE: mode },
  );
  return { ...stored, location, queued: 'queue' in stored.options };
}
