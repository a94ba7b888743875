import { existsSync, readdirSync } from 'node:fs';
import { defineConfig } from 'vitepress';
import api from '../api/typedoc-sidebar.json' with { type: 'json' };

const page = (text: string, link: string) => ({ text, link });

/** The adapters: packages with a page of the same name. The others have a page in another part of the sidebar. */
const adapters = readdirSync(new URL('../../packages', import.meta.url))
  .filter((name) => !['inspector', 'diagnose'].includes(name))
  .filter((name) => existsSync(new URL(`../${name}.md`, import.meta.url)))
  .map((name) => page(`${name[0]?.toUpperCase()}${name.slice(1)}`, `/${name}`));

export default defineConfig({
  title: 'SpiderFoot webhooks',
  description: 'Receive webhooks from SpiderFoot in Express, Koa, Hono, Node or any fetch platform',
  lang: 'en-US',
  cleanUrls: true,
  themeConfig: {
    search: { provider: 'local' },
    outline: [2, 3],
    nav: [
      page('Guide', '/getting-started'),
      page('Command', '/cli'),
      page('API', '/api/'),
      page('Decisions', '/decisions'),
    ],
    sidebar: [
      {
        text: 'Receive',
        items: [
          page('Getting started', '/getting-started'),
          ...adapters,
          page('Node and fetch', '/node-and-fetch'),
          page('Events and types', '/events'),
          page('Testing', '/testing'),
        ],
      },
      {
        text: 'Store and forward',
        items: [page('Storage', '/storage'), page('Forwarding', '/forwarding')],
      },
      {
        text: 'Operate',
        items: [
          page('Deployment', '/deployment'),
          page('Several machines', '/several-machines'),
          page('Inspector', '/inspector'),
          page('Command-line tool', '/command'),
          page('Mistakes in signatures', '/diagnose'),
          page('Metrics and logs', '/metrics-and-logs'),
          page('Telemetry', '/telemetry'),
          page('Monitoring', '/monitoring'),
          page('Troubleshooting', '/troubleshooting'),
        ],
      },
      {
        text: 'Reference',
        items: [
          page('Options', '/options'),
          page('Responses', '/responses'),
          page('Configuration file', '/configuration'),
          page('Command reference', '/cli'),
          page('Runtimes', '/runtimes'),
          page('Benchmarks', '/benchmarks'),
          { text: 'API', link: '/api/', collapsed: true, items: api },
        ],
      },
      {
        text: 'Extend',
        items: [
          page('Custom adapter', '/custom-adapter'),
          page('Custom store', '/custom-store'),
          page('Decisions', '/decisions'),
        ],
      },
    ],
  },
});
