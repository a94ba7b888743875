import { number, ratio, table } from '../report/tables.ts';
import type { CoreResult } from './core.ts';

const intro = `## Core: verify, parse, validate, detect duplicates, route

Microseconds for one delivery, in one process, without HTTP. The floor is only \`createHmac\`,
\`timingSafeEqual\` and \`JSON.parse\`, without validation or routing. Core and octokit also call a handler. stripe, standardwebhooks and tern only verify and parse. The time to create tern's \`Request\` objects is not measured.
From 1.03 MB, Node can turn an ASCII body into a string without a copy. Core uses this, so it is faster than the floor at
1 MB.`;

export function coreParts(results: readonly CoreResult[]): string[] {
  const rows = results.map(({ size, name, time, overFloor, overCore }) => [
    size,
    name,
    number(time.median),
    ratio(overFloor),
    ratio(overCore),
  ]);
  return [intro, table(['body', '', 'µs', '× the floor', "× core's time"], rows)];
}
