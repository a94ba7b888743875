import { cpus } from 'node:os';
import { cliParts } from '../cli/report.ts';
import type { CliResult } from '../cli/start.ts';
import type { CoreResult } from '../core/core.ts';
import type { ForwardMemoryResult } from '../forward/memory.ts';
import type { ForwardRateResult } from '../forward/rate.ts';
import { forwardParts } from '../forward/report.ts';
import type { HttpResult } from '../http/http.ts';
import type { RejectionResult } from '../http/rejections.ts';
import { storeParts } from '../store/report.ts';
import type { StoreHttpResult } from '../store/store-http.ts';
import type { StoreRowsResult } from '../store/store-rows.ts';
import { number, ratio, table } from './tables.ts';

/** Everything that one run has measured; what `--json` prints. */
export interface Figures {
  readonly machine: string;
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

Measured by \`npm run bench\`, which writes this page. Each figure is a median over interleaved rounds with its range: in every
round all contenders take their turn with the same bodies, and ratios are taken round by round, so that a machine that is
busy for a moment is busy for both sides. Every body is signed and unlike all others; none is a duplicate.`;

const coreIntro = `## Core: verify, parse, validate, tell duplicates, route

In one process, without HTTP. The floor is \`createHmac\`, \`timingSafeEqual\` and \`JSON.parse\`, which check and route nothing.
Core and octokit call a handler; stripe, standardwebhooks and tern verify and parse alone. tern's \`Request\` objects are made outside of the clock.
From 1.03 MB on Node can keep an ASCII body where it is when it becomes text; core does that, which is how it gets below the floor at 1 MB.`;

const httpIntro = `## Adapters, over HTTP

Requests per second with a body of 0.5 KB over 16 connections on loopback. "By hand" is the same framework with the usual
receiver: \`express.json({ verify })\`; or the raw body (Koa: by the package raw-body; Hono: \`c.req.arrayBuffer()\`; bare Node: by
events, without a limit), HMAC and \`JSON.parse\`.`;

const rejectionIntro = `## Rejecting

Microseconds for a request on plain Node, and as a ratio to accepting a body of about the same size. At most 1 is what is wanted.`;

/** The page `docs/benchmarks.md`. */
export function toMarkdown(figures: Figures): string {
  const {
    machine,
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
  const parts = [intro, `Node ${node}, ${machine}, ${rounds} rounds.`];
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
    parts.push(rejectionIntro, table(['', 'answer', 'µs', '× accepting'], rows));
  }
  parts.push(
    ...storeParts(storeHttp, storeRows),
    ...forwardParts(forwardRates, forwardMemory),
    ...cliParts(cli),
  );
  return `${parts.join('\n\n')}\n`;
}
