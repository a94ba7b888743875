import { number, ratio, table } from '../report/tables.ts';
import type { CoreResult } from './core.ts';

const intro = `## Core: verify, parse, validate, detect duplicates, route

Microseconds for one delivery, in one process, without HTTP. The floor is only \`createHmac\`,
\`timingSafeEqual\` and \`JSON.parse\`, without validation or routing. Core and octokit also call a handler. stripe, standardwebhooks and tern only verify and parse. The time to create tern's \`Request\` objects is not measured.
On Node 22, core decodes an ASCII body of 1 MB in a fraction of the floor's time. On Node 24, both take the same time.`;

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
