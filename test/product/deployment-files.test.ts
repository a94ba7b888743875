import { readdirSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { parseAllDocuments } from 'yaml';
import * as z from 'zod';
import { commandOf, stagesOf, valuesOf, variablesOf } from './support/dockerfile.ts';
import { textOf } from './support/readme.ts';
import { root } from './support/workspace.ts';

const folder = 'examples/deployment';
const image = stagesOf(textOf(`${folder}/Dockerfile`)).at(-1) ?? [];
const variables = variablesOf(image);
const dataFolder = dirname(variables.SPIDERFOOT_WEBHOOK_STORE ?? '');
/** The default `grace` of `serve`, in seconds. */
const grace = 20;

const shared = 'examples/several-machines';
const files = [
  ...readdirSync(join(root, folder)).map((name) => ({
    page: 'docs/deployment.md',
    file: `${folder}/${name}`,
  })),
  ...readdirSync(join(root, shared)).map((name) => ({
    page: 'docs/several-machines.md',
    file: `${shared}/${name}`,
  })),
];

it.each(files)('$page shows the text of $file', ({ page, file }) => {
  const blocks = [...textOf(page).matchAll(/^```\w+\n([\s\S]*?)^```$/gm)];
  expect(blocks.map(([, code]) => code)).toContain(textOf(file));
});

function parse(file: string, from = folder): readonly unknown[] {
  const documents = parseAllDocuments(textOf(`${from}/${file}`), { merge: true });
  if (!Array.isArray(documents)) throw new Error(`${file} is empty`);
  return documents.map((document) => {
    expect([...document.errors, ...document.warnings]).toEqual([]);
    return document.toJS();
  });
}

describe('The Dockerfile', () => {
  it('starts node itself, in the exec form, as another user than root', () => {
    expect(commandOf(image)).toEqual(['node', 'dist/server.js']);
    expect(valuesOf(image, 'ENTRYPOINT')).toEqual([]);
    expect(valuesOf(image, 'USER')).toEqual(['node']);
  });

  it('listens on 0.0.0.0, on the port that it exposes', () => {
    expect(variables.HOST).toBe('0.0.0.0');
    expect(valuesOf(image, 'EXPOSE')).toEqual([variables.PORT]);
  });

  it('has a volume for the folder of the database, and no secret', () => {
    expect(valuesOf(image, 'VOLUME')).toEqual([dataFolder]);
    expect(Object.keys(variables).filter((name) => name.includes('SECRET'))).toEqual([]);
  });
});

describe('The compose file', () => {
  const compose = z.object({
    services: z.object({
      webhooks: z.looseObject({
        ports: z.array(z.string()),
        volumes: z.array(z.string()),
        stop_grace_period: z.string(),
        tmpfs: z.string(),
        init: z.undefined().optional(),
        command: z.undefined().optional(),
      }),
    }),
    volumes: z.record(z.string(), z.unknown()),
  });
  const { services, volumes } = compose.parse(parse('compose.yaml')[0]);
  const { webhooks } = services;

  it('keeps the folder of the database on a volume', () => {
    expect(webhooks.volumes.map((volume) => volume.split(':'))).toEqual([
      [Object.keys(volumes)[0], dataFolder],
    ]);
  });

  it('publishes the port of the image, and stops it after more time than the grace', () => {
    expect(webhooks.ports.map((port) => port.split(':').at(-1))).toEqual([variables.PORT]);
    expect(webhooks.stop_grace_period).toMatch(/^\d+s$/);
    expect(Number.parseInt(webhooks.stop_grace_period, 10)).toBeGreaterThan(grace);
  });
});

describe('The compose file for several machines', () => {
  const receiver = z.looseObject({
    environment: z.record(z.string(), z.string()),
    healthcheck: z.looseObject({ test: z.array(z.string()) }),
    stop_grace_period: z.string(),
  });
  const compose = z.object({
    services: z.object({
      'webhooks-1': receiver,
      'webhooks-2': receiver,
      nginx: z.looseObject({ volumes: z.tuple([z.string()]) }),
      postgres: z.looseObject({ command: z.array(z.string()), volumes: z.tuple([z.string()]) }),
    }),
    networks: z.object({
      default: z.object({ ipam: z.object({ config: z.tuple([z.object({ subnet: z.string() })]) }) }),
    }),
    volumes: z.record(z.string(), z.unknown()),
  });
  const { services, networks, volumes } = compose.parse(parse('compose.yaml', shared)[0]);
  const receivers = [services['webhooks-1'], services['webhooks-2']];

  it('runs two receivers on one database, and stops them after more time than the grace', () => {
    for (const { environment, stop_grace_period } of receivers) {
      const location = environment.SPIDERFOOT_WEBHOOK_STORE?.replaceAll(/\$\{\w+:\?\}/g, 'value');
      const { protocol, hostname } = new URL(location ?? '');
      expect([protocol, hostname]).toEqual(['postgres:', 'postgres']);
      expect(Number.parseInt(stop_grace_period, 10)).toBeGreaterThan(grace);
    }
  });

  it('asks each receiver for its health on the port of the image', () => {
    for (const { healthcheck } of receivers) {
      expect(healthcheck.test.join(' ')).toContain(`http://127.0.0.1:${variables.PORT}/health`);
    }
  });

  it('names the receivers and the port of the image in nginx.conf, and trusts the network of nginx', () => {
    const upstreams = [...textOf(`${shared}/nginx.conf`).matchAll(/^\s*server (\S+):(\d+) /gm)];
    expect(upstreams.map(([, name, port]) => [name, port])).toEqual([
      ['webhooks-1', variables.PORT],
      ['webhooks-2', variables.PORT],
    ]);
    const { subnet } = networks.default.ipam.config[0];
    for (const { environment } of receivers) expect(environment.SPIDERFOOT_TRUSTED_PROXIES).toBe(subnet);
  });

  it('keeps the data of PostgreSQL on a volume, and syncs each commit', () => {
    expect(services.postgres.volumes[0].split(':')[0]).toBe(Object.keys(volumes)[0]);
    expect(services.postgres.command).toEqual(expect.arrayContaining(['fsync=on', 'synchronous_commit=on']));
  });

  it('needs only variables that .env.example lists', () => {
    const used = [...textOf(`${shared}/compose.yaml`).matchAll(/\$\{(\w+)/g)].map(([, name]) => name);
    const listed = [...textOf(`${shared}/.env.example`).matchAll(/^(\w+)=$/gm)].map(([, name]) => name);
    expect([...new Set(used)].sort()).toEqual(listed.sort());
  });
});

describe('The Kubernetes manifest', () => {
  const port = Number(variables.PORT);
  const container = z.looseObject({
    ports: z.tuple([z.object({ containerPort: z.literal(port) })]),
    readinessProbe: z.object({ httpGet: z.object({ path: z.string(), port: z.literal(port) }) }),
    volumeMounts: z.array(z.object({ name: z.string(), mountPath: z.string() })),
    command: z.undefined().optional(),
    args: z.undefined().optional(),
  });
  const deployment = z.object({
    spec: z.object({
      replicas: z.literal(1),
      strategy: z.object({ type: z.literal('Recreate') }),
      selector: z.object({ matchLabels: z.object({ app: z.string() }) }),
      template: z.object({
        metadata: z.object({ labels: z.object({ app: z.string() }) }),
        spec: z.object({
          terminationGracePeriodSeconds: z.number(),
          securityContext: z.looseObject({ runAsUser: z.number(), fsGroup: z.number() }),
          containers: z.tuple([container]),
          volumes: z.array(z.looseObject({ name: z.string() })),
        }),
      }),
    }),
  });
  const parts = new Map(
    parse('kubernetes.yaml').map((part) => {
      const { kind, metadata } = z
        .looseObject({ kind: z.string(), metadata: z.object({ name: z.string() }) })
        .parse(part);
      return [kind, { name: metadata.name, part }];
    }),
  );
  const { spec } = deployment.parse(parts.get('Deployment')?.part);
  const pod = spec.template.spec;

  it('keeps the folder of the database on a claim of its own, which the user of the image can write', () => {
    const mount = pod.containers[0].volumeMounts.find(({ mountPath }) => mountPath === dataFolder);
    expect(pod.volumes.find(({ name }) => name === mount?.name)).toMatchObject({
      persistentVolumeClaim: { claimName: parts.get('PersistentVolumeClaim')?.name },
    });
    expect(pod.securityContext.fsGroup).toBe(pod.securityContext.runAsUser);
  });

  it('kills the pod only after the grace', () => {
    expect(pod.terminationGracePeriodSeconds).toBeGreaterThan(grace);
  });

  it('has a service that selects the pod and its port', () => {
    const { selector, ports } = z
      .object({ spec: z.object({ selector: z.unknown(), ports: z.array(z.unknown()) }) })
      .parse(parts.get('Service')?.part).spec;
    expect(selector).toEqual(spec.template.metadata.labels);
    expect(spec.selector.matchLabels).toEqual(spec.template.metadata.labels);
    expect(ports).toMatchObject([{ targetPort: port }]);
  });
});

describe('The systemd unit', () => {
  const setting = (name: string) =>
    new RegExp(`^${name}=(.+)$`, 'm').exec(textOf(`${folder}/webhooks.service`))?.[1] ?? '';

  it('starts node itself, and stops it after more time than the grace', () => {
    expect(setting('ExecStart')).toMatch(/^\/usr\/bin\/node \/\S+\.js$/);
    expect(Number(setting('TimeoutStopSec'))).toBeGreaterThan(grace);
  });

  it('keeps the database in its state directory, which is writable in a protected file system', () => {
    expect(setting('ProtectSystem')).toBe('strict');
    expect(setting('Environment')).toContain(
      `SPIDERFOOT_WEBHOOK_STORE=/var/lib/${setting('StateDirectory')}/webhooks.db`,
    );
  });
});
