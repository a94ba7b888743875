/** Read the values of options. This entry loads no schema, so that a command starts fast. */
export { didYouMean } from '../options/did-you-mean.ts';
export { parseDuration, parseSize } from './quantities.ts';
