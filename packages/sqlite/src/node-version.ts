/** The version of Node-API that better-sqlite3 13 is built for. Node has it since 22.14 and 23.6. */
const neededApi = 10;

/**
 * Fails on a Node whose Node-API is too old for better-sqlite3 13. There its native module ends the process with a
 * segmentation fault and no message, so this has to run before the module is loaded.
 * @param versions `process.versions`
 * @throws UnsupportedNodeError that names the version that is needed
 */
export function requireSupportedNode({
  node,
  napi,
}: {
  readonly node?: string;
  readonly napi?: string;
}): void {
  if (Number(napi) >= neededApi) return;
  throw new UnsupportedNodeError(
    `@spiderfoot-webhooks/sqlite needs Node 22.14 or newer (this is Node ${node}). Install a newer Node, then start again. Without SQLite, the kit needs Node 22.13.`,
  );
}

class UnsupportedNodeError extends Error {
  override readonly name = 'UnsupportedNodeError';
}
