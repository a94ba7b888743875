import { ConfigurationError } from '@spiderfoot-webhooks/core';
import type { Engine } from '../location.ts';

/** The package of a store's engine is not installed. */
export class MissingPackageError extends ConfigurationError {
  /** The package to install, for example `@spiderfoot-webhooks/sqlite`. */
  readonly package: string;

  constructor(name: string, options?: ErrorOptions) {
    super('store', `needs the package ${name}, which is not installed. Run: npm install ${name}`);
    this.package = name;
    this.cause = options?.cause;
  }
}

/**
 * Load the package of an engine.
 * @param load imports the package
 * @throws MissingPackageError if the package is not installed
 */
export async function loadEngine<Module>(engine: Engine, load: () => Promise<Module>): Promise<Module> {
  try {
    return await load();
  } catch (cause) {
    const name = `@spiderfoot-webhooks/${engine}`;
    throw isMissing(cause, name) ? new MissingPackageError(name, { cause }) : cause;
  }
}

/** Return whether the package itself is missing. If one of its dependencies is missing, its own message is better. */
function isMissing(error: unknown, name: string): boolean {
  return (
    error instanceof Error &&
    'code' in error &&
    error.code === 'ERR_MODULE_NOT_FOUND' &&
    error.message.includes(`'${name}'`)
  );
}
