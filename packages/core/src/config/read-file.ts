import { isUtf8 } from 'node:buffer';
import { readFileSync, statSync } from 'node:fs';
import { ConfigurationError } from '../errors.ts';
import { ConfigFileError, fileError, readProblem } from './config-file-error.ts';

/** The maximum size of a file, in bytes. Parsing a larger file, which is probably the wrong one, could take seconds. */
const maxFileSize = 1_048_576;

/** Read the text of a configuration file. @throws ConfigFileError */
export function readConfigFile(path: string): string {
  if (typeof path !== 'string' || path === '')
    throw new ConfigurationError('path', 'must be the path of a file.');
  let bytes: Buffer;
  try {
    if (statSync(path).size > maxFileSize) throw fileError(path, 'is larger than 1 MiB. Check the path.');
    bytes = readFileSync(path);
  } catch (error) {
    if (error instanceof ConfigFileError) throw error;
    throw fileError(path, readProblem(error));
  }
  if (!isUtf8(bytes)) throw fileError(path, 'is not encoded in UTF-8.');
  return bytes.toString('utf8');
}
