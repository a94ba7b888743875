import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

const folder = new URL('../../../../docs/operations/', import.meta.url);

/** Return the path of a file in docs/operations. */
export function operationsFile(name: string): string {
  return fileURLToPath(new URL(name, folder));
}

export function readOperations(name: string): string {
  return readFileSync(new URL(name, folder), 'utf8');
}
