import type { DeliveryStore } from '@spiderfoot-webhooks/core/stores';
import { withFlagNames } from '../arguments/flag-names.ts';
import { CommandFailure, UsageFailure } from '../failure/failure.ts';
import { openToRead, requireCapabilities, type StorePackage } from '../store/open-store.ts';
import { countText, deliveryCount } from '../terminal/count-text.ts';
import { printJson } from '../terminal/print-json.ts';
import { type CopyResult, copyDeliveries } from './copy-deliveries.ts';
import { createCopyProgress } from './progress.ts';

export interface CopyFlags {
  readonly dryRun?: true;
  readonly includeRunning?: true;
  readonly json?: true;
}

/** Copy the deliveries of one store to another. */
export async function copy(from: string, to: string, flags: CopyFlags): Promise<void> {
  if (from === to) throw new UsageFailure('FROM and TO are the same store.');
  const engines = await import('@spiderfoot-webhooks/store');
  const source = await opened('FROM', () => openToRead(engines, from, []));
  try {
    requireCapabilities(source, ['list', 'get', 'counts']);
    await requireNoneRunning(source, flags.includeRunning === true);
    const total = await countAll(source);
    const result = await withTarget(engines, to, flags.dryRun === true, async (target) => {
      const progress = createCopyProgress(total);
      try {
        return await copyDeliveries({
          source,
          target,
          store: flags.dryRun === true ? undefined : importInto(target),
          onProgress: progress.add,
        });
      } finally {
        progress.stop();
      }
    });
    const dryRun = flags.dryRun === true;
    if (flags.json === true) await printJson({ dryRun, ...result });
    else console.log(resultText(result, dryRun));
  } finally {
    await source.close();
  }
}

async function opened<Store extends { ready(): Promise<void>; close(): Promise<void> }>(
  name: 'FROM' | 'TO',
  open: () => Promise<Store>,
): Promise<Store> {
  return withFlagNames(
    async () => {
      const store = await open();
      try {
        await store.ready();
        return store;
      } catch (error) {
        await store.close();
        throw error;
      }
    },
    { store: name, path: name },
  );
}

/** @throws CommandFailure if a receiver has deliveries of the source, whose results a copy would not contain */
async function requireNoneRunning(source: Pick<DeliveryStore, 'counts'>, isIncluded: boolean): Promise<void> {
  if (isIncluded) return;
  const running = sum(await source.counts({ by: [], state: 'running' }));
  if (running === 0) return;
  throw new CommandFailure(`FROM has ${countText(running, 'running delivery', 'running deliveries')}.`, {
    hint: 'Stop its receivers, then run the command again. If no receiver uses FROM, add --include-running: these deliveries are copied as queued.',
  });
}

async function countAll(store: Pick<DeliveryStore, 'counts'>): Promise<number> {
  return sum(await store.counts({ by: [] }));
}

function sum(counts: readonly { readonly count: number }[]): number {
  return counts.reduce((total, { count }) => total + count, 0);
}

/** Open the target and run a function with it. A dry run gets no target if its tables do not exist yet. */
async function withTarget<Result>(
  engines: StorePackage,
  to: string,
  isDryRun: boolean,
  use: (target: DeliveryStore | undefined) => Promise<Result>,
): Promise<Result> {
  const names = { store: 'TO' };
  const engine = await withFlagNames(async () => engines.engineOf(to), names);
  if (engine !== 'postgres') throw new UsageFailure('TO must be a postgres:// URL.');
  if (isDryRun) {
    const { version } = await withFlagNames(() => engines.pendingMigrations(to), names);
    if (version === 0) return use(undefined);
  }
  const target = await opened('TO', () => engines.openStore(to, { readOnly: isDryRun }));
  try {
    return await use(target);
  } finally {
    await target.close();
  }
}

/** @throws CommandFailure if the store has no method for it */
function importInto(target: DeliveryStore | undefined): NonNullable<DeliveryStore['import']> {
  if (target?.import === undefined) throw new CommandFailure('TO does not support "import".');
  return target.import.bind(target);
}

function resultText({ copied, known, skipped }: CopyResult, isDryRun: boolean): string {
  const before = known === 0 ? '' : ` TO already has ${known} of FROM.`;
  const guide = skipped === 0 ? '' : ` Skipped ${skipped} without an id, which another program has written.`;
  return `${isDryRun ? 'Would copy' : 'Copied'} ${deliveryCount(copied)}.${before}${guide}`;
}
