/** Draws the Grafana dashboard with the metrics of scripted traffic, for the docs: `npm run screenshots:dashboard`. */
import { readFileSync } from 'node:fs';
import { readDashboard } from '../../packages/telemetry/test/support/dashboard.ts';
import { bundleForBrowser } from './browser/bundle.ts';
import { takePicture } from './browser/take-picture.ts';
import { queryPanels } from './dashboard/panel-data.ts';
import { firingAlerts } from './prometheus/firing-alerts.ts';
import { samplesOf, startPrometheusWith } from './prometheus/prometheus-history.ts';
import { runTraffic, scrapeInterval } from './simulation/run-traffic.ts';

const start = new Date('2026-03-04T08:00:00Z');
const instance = 'receiver:9464';

const scrapes = await runTraffic(start);
const range = { from: scrapes[0]?.time ?? 0, to: scrapes.at(-1)?.time ?? 0 };
const scraped = scrapes.flatMap(({ text, time }) => samplesOf(text, time, instance));
const scraping = await startPrometheusWith(scraped);
const alerts = await firingAlerts(scraping, range, scrapeInterval).finally(() => scraping.stop());
const complete = await startPrometheusWith([...scraped, ...alerts]);
const data = await queryPanels(readDashboard(), complete, range).finally(() => complete.stop());

const uPlotCss = readFileSync(new URL(import.meta.resolve('uplot/dist/uPlot.min.css')), 'utf8');
const pageCss = readFileSync(new URL('dashboard/page.css', import.meta.url), 'utf8');
await takePicture({
  file: 'dashboard.png',
  width: 1600,
  css: uPlotCss + pageCss,
  script: await bundleForBrowser('dashboard/draw-panels.ts'),
  data,
});
