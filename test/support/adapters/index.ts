import { expressMounts } from './express.ts';
import { fastifyMounts } from './fastify.ts';
import { fetchMounts } from './fetch.ts';
import { honoMounts } from './hono.ts';
import { koaMounts } from './koa.ts';
import type { AdapterMounts, Mount, Parser, RouteMount } from './mount.ts';
import { nodeMounts as plainNodeMounts } from './node.ts';

/** The adapters that the conformance suite runs on, by the names of their packages. Add a new adapter here. */
export const adapters: Readonly<Record<string, AdapterMounts>> = {
  express: expressMounts,
  koa: koaMounts,
  hono: honoMounts,
  // The adapter of docs/custom-adapter.md.
  fastify: fastifyMounts,
  node: plainNodeMounts,
  fetch: fetchMounts,
};

const all = Object.values(adapters);

export const mounts: readonly Mount[] = all.flatMap((adapter) => adapter.mounts);

/** One mount of each adapter, for slow tests. */
export const oneMountEach: readonly Mount[] = all.flatMap((adapter) => adapter.mounts.slice(0, 1));

/** The mounts in which a middleware has Node's own request and response. */
export const nodeMounts: readonly Mount[] = mounts.filter((mount) => !fetchMounts.mounts.includes(mount));

export const routeMounts: readonly RouteMount[] = all.flatMap((adapter) => adapter.routeMounts ?? []);

export const parsers: readonly Parser[] = all.flatMap((adapter) => adapter.parsers ?? []);
