import type { DeliveryStore, StoreCapability } from '@spiderfoot-webhooks/core/stores';
import { findSecret, type SecretOptions } from '../arguments/secret-options.ts';
import { withStore, withStoreToRead } from '../store/open-store.ts';
import { errorColors } from '../terminal/color.ts';
import { untilInterrupted } from '../terminal/interruption.ts';
import { printJson } from '../terminal/print-json.ts';
import { serveInspector } from './serve-inspector.ts';

/** The options of `inspect`. */
export interface InspectFlags extends SecretOptions {
  readonly port: number;
  readonly readOnly?: true;
  readonly scanUrl?: string;
  readonly json?: true;
}

const needs: readonly StoreCapability[] = ['list', 'get'];

/** Serve the inspector over a store until a signal ends the process. */
export async function inspect(location: string | undefined, flags: InspectFlags): Promise<void> {
  const { port, readOnly = false, scanUrl, json = false } = flags;
  const secret = await findSecret(flags);
  const open = readOnly ? withStoreToRead : withStore;
  await open(location, needs, (store) =>
    serveUntilInterrupted(store, { readOnly, scanUrl, secret }, { port, json }),
  );
}

async function serveUntilInterrupted(
  store: DeliveryStore,
  options: Parameters<typeof serveInspector>[1],
  { port, json }: { readonly port: number; readonly json: boolean },
): Promise<void> {
  const interrupted = untilInterrupted();
  const { url, close } = await serveInspector(store, options, { port, mayDiffer: false });
  const { bold, dim } = errorColors;
  if (json) await printJson({ url, readOnly: options.readOnly === true });
  else console.error(`${bold('inspector')} ${url}\n${dim('Press Ctrl-C to stop.')}`);
  await new Promise<void>((resolve) =>
    interrupted.addEventListener('abort', () => resolve(), { once: true }),
  );
  close();
}
