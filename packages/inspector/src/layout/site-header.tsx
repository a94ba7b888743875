import type { Site } from '../site.ts';
import type { PageName } from './page.tsx';

const links = [
  { page: 'overview', path: '', label: 'Overview', key: 'o' },
  { page: 'deliveries', path: 'deliveries', label: 'Deliveries', key: 'd' },
  { page: 'dead-letters', path: 'dead-letters', label: 'Dead letters', key: 'l' },
  { page: 'rejected', path: 'rejected', label: 'Rejected', key: 'r' },
  { page: 'try-it', path: 'try-it', label: 'Try it', key: 't' },
] as const;

/** The pages that belong to another page in the navigation. */
const parents: Partial<Record<PageName, PageName>> = { delivery: 'deliveries', rejection: 'rejected' };

/** The bar at the top of each page. */
export function SiteHeader(parts: {
  site: Site;
  root: string;
  page: PageName;
  /** The number of dead letters. */
  dead: number;
}) {
  const { site, root, page, dead } = parts;
  const current = parents[page] ?? page;
  return (
    <header class="site">
      <a class="brand" href={root}>
        <Mark />
        <span class="cut">{site.settings.title}</span>
      </a>
      <nav aria-label="Pages">
        {links.map(({ page: name, path, label, key }) => (
          <a
            href={path === '' ? root : `${root}${path}`}
            aria-current={name === current ? 'page' : undefined}
            data-go={key}
          >
            {label}
            {name === 'dead-letters' && <DeadLetterCount count={dead} />}
          </a>
        ))}
      </nav>
      <div class="status">
        <span class="live-state" data-live-state="" hidden></span>
        <button
          class="quiet"
          type="button"
          data-shortcuts=""
          data-script=""
          hidden
          aria-label="Keyboard shortcuts"
        >
          <kbd>?</kbd>
        </button>
      </div>
    </header>
  );
}

/** A larger number has no use in the navigation, and would move the other links. */
const mostCounted = 999;

/** The number of dead letters. The script updates it. */
function DeadLetterCount({ count }: { count: number }) {
  return (
    <span class="count alert" data-hide-zero="" hidden={count === 0}>
      <span data-health="dead" data-most={mostCounted}>
        {count > mostCounted ? `${mostCounted}+` : count}
      </span>
      <span class="sr"> to replay</span>
    </span>
  );
}

function Mark() {
  return (
    <svg
      width="20"
      height="20"
      viewBox="0 0 20 20"
      fill="none"
      stroke="currentColor"
      stroke-width="2"
      aria-hidden="true"
    >
      <circle cx="10" cy="10" r="3" />
      <path d="M2 10h5M13 10h5M10 2v5M10 13v5" stroke-linecap="round" />
    </svg>
  );
}
