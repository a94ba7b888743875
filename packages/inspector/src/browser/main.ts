/** Adds to the rendered pages: local times, shortcuts, live rows, the chart. The pages work without it. */
import { startCharts } from './chart/chart.ts';
import { startConfirmations } from './confirmation.ts';
import { startCopyButtons } from './copy-buttons.ts';
import { element, elements } from './elements.ts';
import { startJsonFolding } from './json-folding.ts';
import { startShortcuts } from './keyboard/shortcuts.ts';
import { showHealth } from './live/health-numbers.ts';
import { startNewRows } from './live/new-rows.ts';
import { startRegions } from './live/regions.ts';
import { openStream } from './live/stream.ts';
import { showLocalTimes } from './local-times.ts';
import { startNavigation } from './navigation.ts';
import { showSelection, startSelection } from './selection.ts';

const { page } = document.body.dataset;

startConfirmations();
startCopyButtons();
startJsonFolding();
startSelection();
startShortcuts();

const rows = startNewRows();
const navigate = startNavigation(() => {
  rows.reset();
  prepare();
  stream.restart();
});
const charts = startCharts(navigate);
const updateRegions = startRegions(() => void charts.draw());
// Another view of the same page may have no live events, such as older deliveries.
const stream = openStream(() => document.body.dataset.live, listeners(), reconnected);

function listeners() {
  return {
    health: showHealth,
    ...(page === 'deliveries' ? { deliveries: rows.add } : { overview: updateRegions }),
  };
}

function reconnected(): void {
  if (page === 'deliveries') void rows.catchUp();
  else updateRegions(undefined);
}

function prepare(): void {
  // Controls that need script are hidden without it.
  for (const control of elements('[data-script]', HTMLElement)) control.hidden = false;
  showLocalTimes(document);
  showSelection();
  void charts.draw();
}

prepare();
element('.site nav [aria-current]', HTMLElement)?.scrollIntoView({ block: 'nearest', inline: 'center' });
