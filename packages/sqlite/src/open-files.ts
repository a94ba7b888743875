/** What is known of a store that is open. */
interface OpenFile {
  /** Which file it has open. Another one may have taken its place since it was opened. */
  identity(): string | undefined;
  /** The store's own name. */
  readonly store: string;
}

const key: unique symbol = Symbol.for('@spiderfoot-webhooks/sqlite: open files');

/** Kept on `globalThis`: a development server that reloads modules loads this one again as well. */
function openFiles(): Set<OpenFile> {
  const shared: typeof globalThis & { [key]?: Set<OpenFile> } = globalThis;
  shared[key] ??= new Set();
  return shared[key];
}

/** Whether a store of this process is open. */
export function isOpenHere(store: string): boolean {
  return [...openFiles()].some((file) => file.store === store);
}

/** Notes that a store has opened a file. */
export function noteOpen(
  store: string,
  identity: OpenFile['identity'],
): {
  /** Whether another store of this process has it open, by whatever path. */
  readonly isSecond: boolean;
  /** To be called when the store is closed. */
  forget(): void;
} {
  const files = openFiles();
  const own = identity();
  const isSecond = own !== undefined && [...files].some((file) => file.identity() === own);
  const file = { identity, store };
  files.add(file);
  return { isSecond, forget: () => void files.delete(file) };
}
