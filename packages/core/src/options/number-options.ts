import { ConfigurationError } from '../errors.ts';

/** The longest delay of a Node timer, in milliseconds. Node runs a timer with a longer delay after 1 ms. */
export const maxTimerDelay = 2_147_483_647;

/** Return whether a value is a valid number of bytes, milliseconds, seconds or deliveries. */
export function isPositiveNumber(value: unknown): value is number {
  return typeof value === 'number' && value > 0 && value <= maxTimerDelay;
}

/**
 * Check an option that is a positive number, and return it.
 * @throws ConfigurationError that names the option
 */
export function readNumber(option: string, value: unknown, unit: string): number {
  if (isPositiveNumber(value)) return value;
  throw new ConfigurationError(
    option,
    `must be a number of ${unit} greater than 0 and at most ${maxTimerDelay} (got ${shown(value)}).`,
  );
}

/**
 * Check an option that is a whole number, and return it.
 * @param minimum the smallest number that is allowed
 * @param maximum the largest number that is allowed
 * @throws ConfigurationError that names the option
 */
export function readCount(
  option: string,
  value: unknown,
  unit: string,
  minimum: 0 | 1 = 1,
  maximum = maxTimerDelay,
): number {
  if (isCount(value, minimum, maximum)) return value;
  throw new ConfigurationError(
    option,
    `must be a whole number of ${unit} from ${minimum} to ${maximum} (got ${shown(value)}).`,
  );
}

/** Format an invalid value for an error message. If it is not a number or a string, only its type is shown. */
function shown(value: unknown): string {
  if (typeof value === 'string') return JSON.stringify(value);
  return typeof value === 'number' || value === null ? String(value) : `a value of type ${typeof value}`;
}

function isCount(value: unknown, minimum: number, maximum: number): value is number {
  return typeof value === 'number' && Number.isInteger(value) && value >= minimum && value <= maximum;
}
