import { ConfigurationError } from '../errors.ts';

/** Where in a file something stands. */
export interface FilePosition {
  readonly file: string;
  /** From 1; `undefined` where the whole file is meant. */
  readonly line: number | undefined;
  /** The key at fault; `undefined` where the line has none, or not yet. */
  readonly key: string | undefined;
}

/** A configuration file is wrong. It names file, line and key, and never a value: that can be a secret. */
export class ConfigFileError extends ConfigurationError {
  /** As it was given to `loadConfig`. */
  readonly file: string;
  /** From 1; `undefined` where no line is to blame. */
  readonly line: number | undefined;
  /** `undefined` where no key is to blame. */
  readonly key: string | undefined;

  /** @param problem continues a sentence */
  constructor({ file, line, key }: FilePosition, problem: string) {
    const where = line === undefined ? file : `${file}, line ${line}`;
    if (key !== undefined) super(key, `in ${where}, ${problem}`);
    else
      super(
        'path',
        line === undefined ? `names ${file}, which ${problem}` : `names ${where}, which ${problem}`,
      );
    this.file = file;
    this.line = line;
    this.key = key;
  }
}

/** `ENOENT` and the like. */
export function codeOf(error: unknown): string {
  return error instanceof Error && 'code' in error ? String(error.code) : String(error);
}
