import { cpus, loadavg } from 'node:os';
import { cliParts } from '../cli/report.ts';
import type { CliResult } from '../cli/start.ts';
import type { CoreResult } from '../core/core.ts';
import { type EngineFigures, engineParts } from '../engines/report.ts';
import type { ForwardMemoryResult } from '../forward/memory.ts';
import type { ForwardRateResult } from '../forward/rate.ts';
import { forwardParts } from '../forward/report.ts';
import type { HttpResult } from '../http/http.ts';
import type { RejectionResult } from '../http/rejections.ts';
import { storeParts } from '../store/report.ts';
import type { StoreHttpResult } from '../store/store-http.ts';
import type { StoreRowsResult } from '../store/store-rows.ts';
import { number, ratio, table } from './tables.ts';

/** All figures of one run. `--json` prints them. */
export interface Figures extends EngineFigures {
  readonly machine: string;
  /** The load average of the last minute, at the start. Other programs make the figures worse. */
  readonly load: number;
  readonly node: string;
  readonly rounds: number;
  readonly core: readonly CoreResult[];
  readonly http: readonly HttpResult[];
  readonly rejections: readonly RejectionResult[];
  readonly storeHttp: readonly StoreHttpResult[];
  readonly storeRows: StoreRowsResult | undefined;
  readonly forwardRates: readonly ForwardRateResult[];
  readonly forwardMemory: readonly ForwardMemoryResult[];
  readonly cli: readonly CliResult[];
}

export function machine(): string {
  const processors = cpus();
  return `${processors.length} × ${processors[0]?.model.trim() ?? 'unknown processor'}`;
}

const intro = `# Benchmarks

\`npm run bench\` takes these measurements and writes this page. Each figure is the median of many rounds. The range is in
parentheses. In every round, all contenders run one after the other with the same bodies. A ratio compares two contenders of
the same round, so that load on the machine affects both. Every body is signed and unique, so none is a duplicate.`;

const coreIntro = `## Core: verify, parse, validate, detect duplicates, route

Microseconds for one delivery, in one process, without HTTP. The floor is only \`createHmac\`,
\`timingSafeEqual\` and \`JSON.parse\`, without validation or routing. Core and octokit also call a handler. stripe, standardwebhooks and tern only verify and parse. The time to create tern's \`Request\` objects is not measured.
From 1.03 MB, Node can turn an ASCII body into a string without a copy. Core uses this, so it is faster than the floor at
1 MB.`;

const httpIntro = `## Adapters, over HTTP

Requests per second with a body of 0.5 KB over 16 connections on loopback. "By hand" is the same framework with the usual
hand-written receiver, which verifies an HMAC and calls \`JSON.parse\`. In Express, it gets the raw body from
\`express.json({ verify })\`, in Koa from the package raw-body, and in Hono from \`c.req.arrayBuffer()\`. In plain Node, it
reads stream events, without a limit.`;

const rejectionIntro = `## Rejecting

Microseconds per rejected request on plain Node, and the ratio to accepting a body of about the same size. The ratio should be
at most 1.`;

export function load(): number {
  return loadavg()[0] ?? Number.NaN;
}

/** The page `docs/benchmarks.md`. */
export function toMarkdown(figures: Figures): string {
  const {
    machine,
    load,
    node,
    rounds,
    core,
    http,
    rejections,
    storeHttp,
    storeRows,
    forwardRates,
    forwardMemory,
    cli,
  } = figures;
  const parts = [
    intro,
    `Node ${node}, ${machine}, ${rounds} rounds, load average ${load.toFixed(1)} at the start.`,
  ];
  if (core.length > 0) {
    const rows = core.map(({ size, name, time, overFloor, overCore }) => [
      size,
      name,
      number(time.median),
      ratio(overFloor),
      ratio(overCore),
    ]);
    parts.push(coreIntro, table(['body', '', 'µs', '× the floor', "× core's time"], rows));
  }
  if (http.length > 0) {
    const rows = http.map((result) => [
      result.name,
      number(result.requestsPerSecond.median),
      number(result.cpu.median),
      result.against,
      ratio(result.ratio),
      ratio(result.cpuRatio),
    ]);
    parts.push(
      httpIntro,
      table(['', 'requests/s', 'CPU µs', 'against', '× its rate', '× its rate at full CPU'], rows),
    );
  }
  if (rejections.length > 0) {
    const rows = rejections.map(({ name, status, time, overAccepting }) => [
      name,
      String(status),
      number(time.median),
      ratio(overAccepting),
    ]);
    parts.push(rejectionIntro, table(['', 'status', 'µs', '× accepting'], rows));
  }
  parts.push(
    ...storeParts(storeHttp, storeRows),
    ...engineParts(figures),
    ...forwardParts(forwardRates, forwardMemory),
    ...cliParts(cli),
  );
  return `${parts.join('\n\n')}\n`;
}
