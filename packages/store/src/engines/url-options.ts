import { ConfigurationError } from '@spiderfoot-webhooks/core';

/** Takes options out of the query of a URL. Each method returns an object with the option, if the URL has it. */
export interface UrlOptions {
  text<Name extends string>(name: Name): Partial<Record<Name, string>>;
  number<Name extends string>(name: Name): Partial<Record<Name, number>>;
  boolean<Name extends string>(name: Name): Partial<Record<Name, boolean>>;
  /** Return the URL without the options that were taken. The other parameters belong to the driver. */
  rest(): string;
}

/** @throws ConfigurationError if the URL cannot be parsed. The methods throw one if an option is repeated or invalid */
export function urlOptions(location: string): UrlOptions {
  if (!URL.canParse(location)) {
    throw new ConfigurationError(
      'store',
      'is not a valid URL. Write special characters of the password as %XX.',
    );
  }
  const url = new URL(location);
  let isChanged = false;

  function take<Name extends string, Value>(
    name: Name,
    parse: (text: string) => Value | undefined,
    expected: string,
  ): Partial<Record<Name, Value>> {
    const option: Partial<Record<Name, Value>> = {};
    const [text, ...others] = url.searchParams.getAll(name);
    if (text === undefined) return option;
    const value = others.length === 0 ? parse(text) : undefined;
    if (value === undefined) {
      throw new ConfigurationError('store', `must contain the parameter "${name}" once, as ${expected}.`);
    }
    url.searchParams.delete(name);
    isChanged = true;
    option[name] = value;
    return option;
  }

  return {
    text: (name) => take(name, (text) => text, 'text'),
    number: (name) => take(name, toNumber, 'a number'),
    boolean: (name) => take(name, toBoolean, 'true or false'),
    // An unchanged URL keeps its spelling.
    rest: () => (isChanged ? url.href : location),
  };
}

function toNumber(text: string): number | undefined {
  return /^\d+(?:\.\d+)?$/.test(text) ? Number(text) : undefined;
}

function toBoolean(text: string): boolean | undefined {
  return text === 'true' || text === 'false' ? text === 'true' : undefined;
}
