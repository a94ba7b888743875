import { cliParts } from './cli/report.ts';
import { measureCli } from './cli/start.ts';
import { measureCore } from './core/core.ts';
import { coreParts } from './core/report.ts';
import { measureEngineHttp } from './engines/engine-http.ts';
import { measureEngineRows } from './engines/engine-rows.ts';
import { requireEngines } from './engines/engine-servers.ts';
import { measureEngineWorkers } from './engines/engine-workers.ts';
import { engineHttpParts, engineRowsParts, engineWorkersParts } from './engines/report.ts';
import { measureForwardMemory } from './forward/memory.ts';
import { measureForwardRates } from './forward/rate.ts';
import { forwardParts } from './forward/report.ts';
import { measureHttp } from './http/http.ts';
import { measureRejections } from './http/rejections.ts';
import { httpParts, rejectionParts } from './http/report.ts';
import { measureInspector } from './inspector/inspector.ts';
import { inspectorParts } from './inspector/report.ts';
import type { Progress } from './report/progress.ts';
import { storeHttpParts, storeRowsParts } from './store/report.ts';
import { measureStoreHttp } from './store/store-http.ts';
import { measureStoreRows } from './store/store-rows.ts';
import { measureTelemetry } from './telemetry/overhead.ts';
import { telemetryParts } from './telemetry/report.ts';

interface Settings {
  readonly rounds: number;
  /** The largest number of rows in a table. */
  readonly rows: number;
  readonly quick: boolean;
  readonly progress: Progress;
}

/** A part of the benchmarks. */
interface Part {
  /** The number of rounds. Slow parts run fewer. */
  readonly rounds: (settings: Settings) => number;
  /** Fails if a program that the part needs is missing. */
  readonly check?: () => void;
  readonly measure: (rounds: number, settings: Settings) => Promise<Measured>;
}

interface Measured {
  /** For `--json`. */
  readonly figures: unknown;
  /** For the page. */
  readonly markdown: readonly string[];
}

const part = <Figures>(
  share: number,
  measure: (rounds: number, settings: Settings) => Promise<Figures>,
  toMarkdown: (figures: Figures) => readonly string[],
  check?: () => void,
): Part => ({
  rounds: ({ rounds }) => Math.ceil(rounds / share),
  measure: async (rounds, settings) => {
    const figures = await measure(rounds, settings);
    return { figures, markdown: toMarkdown(figures) };
  },
  ...(check && { check }),
});

/** In the order of the page. */
export const parts: Readonly<Record<string, Part>> = {
  core: part(1, (rounds, { progress }) => measureCore(rounds, progress), coreParts),
  http: part(1, (rounds, { progress }) => measureHttp(rounds, progress), httpParts),
  rejections: part(1, (rounds, { progress }) => measureRejections(rounds, progress), rejectionParts),
  telemetry: part(1, (rounds, { progress }) => measureTelemetry(rounds, progress), telemetryParts),
  store: part(3, (rounds, { progress }) => measureStoreHttp(rounds, progress), storeHttpParts),
  rows: part(3, (rounds, { rows, progress }) => measureStoreRows(rounds, rows, progress), storeRowsParts),
  engines: part(
    3,
    (rounds, { progress }) => measureEngineHttp(rounds, progress),
    engineHttpParts,
    requireEngines,
  ),
  workers: part(
    6,
    (rounds, { progress }) => measureEngineWorkers(rounds, progress),
    engineWorkersParts,
    requireEngines,
  ),
  postgres: part(
    1,
    (_rounds, { rows, progress }) => measureEngineRows(rows, progress),
    engineRowsParts,
    requireEngines,
  ),
  inspector: part(
    1,
    (rounds, { rows, quick, progress }) => measureInspector(rounds, rows, quick, progress),
    inspectorParts,
    requireEngines,
  ),
  forward: part(
    3,
    async (rounds, { quick, progress }) => ({
      rates: await measureForwardRates(rounds, progress),
      memory: await measureForwardMemory(quick ? 1 : 5, quick ? 2000 : 10_000, progress),
    }),
    ({ rates, memory }) => forwardParts(rates, memory),
  ),
  cli: part(3, (rounds, { progress }) => measureCli(rounds, progress), cliParts),
};
