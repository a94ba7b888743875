import { ConfigurationError } from '../errors.ts';
import { didYouMean } from './did-you-mean.ts';

/**
 * Reject an option that does not exist, because a misspelled option would silently have no effect.
 * @param subject the owner of the options, for the message. It ends with a space if it is not empty
 * @throws ConfigurationError that names the option and suggests a similar one
 */
export function rejectUnknownOptions(options: object, names: readonly string[], subject = ''): void {
  for (const name of Object.keys(options)) {
    if (names.includes(name)) continue;
    throw new ConfigurationError(
      name,
      `${subject}is unknown.${didYouMean(name, names)} Known: ${names.join(', ')}.`,
    );
  }
}
