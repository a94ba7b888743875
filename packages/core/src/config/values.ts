/**
 * Read the values of command-line options. This entry loads no schemas, so that a command starts fast.
 * @packageDocumentation
 */
export { defaultMaxBodySize } from '../options/default-body-size.ts';
export { didYouMean } from '../options/did-you-mean.ts';
export { prunableStates, storedStates } from '../stores/delivery-states.ts';
export { formatSize, parseDuration, parseSize } from './quantities.ts';
