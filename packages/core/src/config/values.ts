/**
 * Read the values of command-line options. This entry loads no schemas, so that a command starts fast.
 * @packageDocumentation
 */
export { didYouMean } from '../options/did-you-mean.ts';
export { parseDuration, parseSize } from './quantities.ts';
