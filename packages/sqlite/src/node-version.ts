/**
 * Fails on a Node that better-sqlite3 13 cannot run on. On Node 20 its native module ends the process with a segmentation
 * fault and no message, so this has to run before the module is loaded.
 * @param version of Node, as in `process.versions.node`
 * @throws Error that names both versions
 */
export function requireSupportedNode(version: string): void {
  const [major = 0, minor = 0] = version.split('.').map(Number);
  if (major > 22 || (major === 22 && minor >= 13)) return;
  throw new Error(
    `@spiderfoot-webhooks/sqlite needs Node 22.13 or newer (this is Node ${version}). Install a newer Node, then start again.`,
  );
}
