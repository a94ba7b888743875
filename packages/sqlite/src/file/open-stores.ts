/** A store that is open. */
interface OpenFile {
  /** Return the identity of its open file. Another file may have replaced it on disk. */
  identity(): string | undefined;
  /** The unique name of the store. */
  readonly store: string;
}

const key: unique symbol = Symbol.for('@spiderfoot-webhooks/sqlite: open files');

/** Stored on `globalThis`, because a development server that reloads modules also reloads this one. */
function openFiles(): Set<OpenFile> {
  const shared: typeof globalThis & { [key]?: Set<OpenFile> } = globalThis;
  shared[key] ??= new Set();
  return shared[key];
}

/** Return whether a store with this name is open in this process. */
export function isOpenHere(store: string): boolean {
  return [...openFiles()].some((file) => file.store === store);
}

/** Record that a store has opened a file. */
export function noteOpen(
  store: string,
  identity: OpenFile['identity'],
): {
  /** Whether another store of this process has the file open, by any path. */
  readonly isSecond: boolean;
  /** Call this when the store is closed. */
  forget(): void;
} {
  const files = openFiles();
  const own = identity();
  const isSecond = own !== undefined && [...files].some((file) => file.identity() === own);
  const file = { identity, store };
  files.add(file);
  return { isSecond, forget: () => void files.delete(file) };
}
