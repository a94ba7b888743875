import { ConfigurationError } from '../errors.ts';

/** A position in a configuration file. */
export interface FilePosition {
  readonly file: string;
  /** The line number, starting with 1. `undefined` for the complete file. */
  readonly line: number | undefined;
  /** The invalid key. `undefined` if the line has no key. */
  readonly key: string | undefined;
}

/**
 * A configuration file is invalid. The message names the file, the line and the key. It never contains a value, because a
 * value can be a secret.
 */
export class ConfigFileError extends ConfigurationError {
  /** The path that was passed to `loadConfig`. */
  readonly file: string;
  /** The line number, starting with 1. `undefined` if the error is not in a line. */
  readonly line: number | undefined;
  /** The invalid key. `undefined` if the error is not in a key. */
  readonly key: string | undefined;

  /** @param problem continues the sentence `Option "KEY" in FILE, line 7,` */
  constructor({ file, line, key }: FilePosition, problem: string) {
    const position = line === undefined ? file : `${file}, line ${line}`;
    if (key !== undefined) super(key, `in ${position}, ${problem}`);
    else super('path', `names ${position}, which ${problem}`);
    this.file = file;
    this.line = line;
    this.key = key;
  }
}

/** Return why a file cannot be read, and what to do, as a clause that follows "which". */
export function readProblem(error: unknown): string {
  const code = error instanceof Error && 'code' in error ? String(error.code) : String(error);
  return code === 'ENOENT'
    ? 'does not exist. Check the path.'
    : `cannot be read (${code}). Check the path and its permissions.`;
}

/** Return an error about a complete file. @param problem continues the sentence `Option "path" names FILE, which` */
export function fileError(file: string, problem: string): ConfigFileError {
  return new ConfigFileError({ file, line: undefined, key: undefined }, problem);
}
