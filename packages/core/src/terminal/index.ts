/**
 * Show untrusted text on a terminal. This entry loads nothing else, so that a command starts fast.
 * @packageDocumentation
 */
export { printable } from '../data/printable.ts';
