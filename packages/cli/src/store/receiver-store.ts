import type { StoreFromEnvironment } from '@spiderfoot-webhooks/store';
import { UsageFailure } from '../failure/failure.ts';
import type { ListenFlags } from '../listen/flags.ts';

type StoreFlags = Pick<
  ListenFlags,
  'store' | 'queue' | 'keepRejected' | 'retention' | 'concurrency' | 'maxOldestSeconds' | 'maxDeadLetters'
>;

type Variables = Readonly<Record<string, string | undefined>>;

/** The open store of a receiver, if it has one. */
export interface ReceiverStore extends StoreFromEnvironment {
  /** Without passwords. */
  readonly location: string | undefined;
  readonly queued: boolean;
}

/**
 * Open the store that the flags or the environment specify, and wait until it can be used.
 * @param report reports failures in the background, and dead letters
 * @throws UsageFailure, ConfigurationError
 */
export async function openReceiverStore(
  { store, queue, keepRejected = 0, retention, concurrency, ...maximums }: StoreFlags,
  env: Variables,
  report: (details: object, message: string) => void,
): Promise<ReceiverStore> {
  const location = store ?? (env.SPIDERFOOT_WEBHOOK_STORE || undefined);
  if (location === undefined && queue === true) {
    throw new UsageFailure(
      '--queue requires a store for the queued deliveries.',
      'Pass --store webhooks.db.',
    );
  }
  if (location === undefined && keepRejected > 0) {
    throw new UsageFailure(
      '--keep-rejected requires a store for the rejected requests.',
      'Pass --store webhooks.db.',
    );
  }
  if (location === undefined && retention !== undefined) {
    throw new UsageFailure('--retention requires a store.', 'Pass --store webhooks.db.');
  }
  if (location === undefined && (maximums.maxOldestSeconds ?? maximums.maxDeadLetters) !== undefined) {
    const flag = maximums.maxOldestSeconds === undefined ? '--max-dead-letters' : '--max-oldest-seconds';
    throw new UsageFailure(`${flag} requires a store.`, 'Pass --store webhooks.db.');
  }
  const mode = queue === true ? 'queued' : env.SPIDERFOOT_WEBHOOK_MODE;
  if (concurrency !== undefined && mode !== 'queued') {
    throw new UsageFailure('--concurrency applies only to queued deliveries.', 'Add --queue.');
  }
  if (location === undefined && !mode) {
    return { options: {}, store: undefined, close: async () => {}, location, queued: false };
  }
  const { engineOf, printableLocation, storeFromEnvironment } = await import('@spiderfoot-webhooks/store');
  const variables = { SPIDERFOOT_WEBHOOK_STORE: location, SPIDERFOOT_WEBHOOK_MODE: mode };
  const stored = await withStoreFlag(store !== undefined, async () => {
    if (location !== undefined && engineOf(location) === 'bullmq' && !mode) {
      throw new UsageFailure('A store in Redis is a queue and not a log, so it requires --queue.');
    }
    return storeFromEnvironment(
      {
        logger: { error: report },
        ...(retention !== undefined && { retention: { maxAge: retention } }),
        ...(concurrency !== undefined && { concurrency }),
      },
      variables,
    );
  });
  const printed = location === undefined ? undefined : printableLocation(location);
  return { ...stored, location: printed, queued: 'queue' in stored.options };
}

/** Run a function that names the variable of the store in its errors. If the flag was given, name the flag instead. */
async function withStoreFlag<Result>(isFlag: boolean, run: () => Promise<Result>): Promise<Result> {
  try {
    return await run();
  } catch (error) {
    const named = 'Option "SPIDERFOOT_WEBHOOK_STORE"';
    if (!isFlag || !(error instanceof Error) || !error.message.startsWith(named)) throw error;
    throw new UsageFailure(error.message.replace(named, '--store'));
  }
}
