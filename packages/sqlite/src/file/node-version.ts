/** The version of Node-API that better-sqlite3 13 requires. Available since Node 22.14 and 23.6. */
const neededApi = 10;

/**
 * Throw if Node's Node-API is too old for better-sqlite3 13. Call this before the native module is loaded, because
 * there the module crashes the process with a segmentation fault and no message.
 * @param versions `process.versions`
 * @throws UnsupportedNodeError that names the required version
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
    `@spiderfoot-webhooks/sqlite requires Node 22.14 or newer (this is Node ${node}). Install a newer version of Node, then start again. Without SQLite, the kit requires Node 22.13.`,
  );
}

class UnsupportedNodeError extends Error {
  override readonly name = 'UnsupportedNodeError';
}
