import { accessSync, constants } from 'node:fs';
import { delimiter, join } from 'node:path';
import { describe } from 'vitest';

/** A server that tests start, from a package of Debian. */
export interface RequiredServer {
  /** The folders of the program, in addition to `PATH`. */
  readonly folders?: readonly string[];
  readonly program: string;
  /** The Debian package. */
  readonly install: string;
}

/** Return the path of a program that is installed, or `undefined`. */
export function findProgram({ program, folders = [] }: RequiredServer): string | undefined {
  const searched = [...folders, ...(process.env.PATH ?? '').split(delimiter)];
  return searched.map((folder) => join(folder, program)).find(isExecutable);
}

/**
 * Define tests that need a server. If the server is not installed, they are skipped, and the name says what to install.
 * In CI (`CI` is set), they run and fail, so that CI skips no test.
 */
export function describeWithServer(server: RequiredServer, name: string, define: () => void): void {
  if (findProgram(server) !== undefined || process.env.CI) describe(name, define);
  else describe.skip(`${name} (skipped: ${missing(server)})`, define);
}

/** @throws Error that says what to install */
export function requireProgram(server: RequiredServer): string {
  const path = findProgram(server);
  if (path === undefined) throw new Error(missing(server));
  return path;
}

function missing({ program, install }: RequiredServer): string {
  return `${program} is not installed. Run "apt-get install ${install}".`;
}

function isExecutable(path: string): boolean {
  try {
    accessSync(path, constants.X_OK);
    return true;
  } catch {
    return false;
  }
}
