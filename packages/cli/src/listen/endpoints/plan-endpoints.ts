import { randomBytes } from 'node:crypto';
import type { ReceiverOptions } from '@spiderfoot-webhooks/core';
import { didYouMean } from '@spiderfoot-webhooks/core/config/values';
import { selectTypes, typeSelectors } from '@spiderfoot-webhooks/core/events';
import { readEnvironment } from '@spiderfoot-webhooks/core/node';
import { readSavedSecret, savedSecretPath } from '../../arguments/saved-secret.ts';
import { findSecret } from '../../arguments/secret-options.ts';
import { UsageFailure } from '../../failure/failure.ts';
import { firstGiven, type ListenFlags } from '../flags.ts';
import { type EndpointPlan, readConfig } from './config-file.ts';
import { createRateLimiter } from './rate-limit.ts';

/** The address and the endpoints of `listen`. */
export interface ReceivingPlan {
  readonly host: string;
  readonly port: number;
  readonly endpoints: readonly EndpointPlan[];
  /** The generated secret, if no secret was given. The command shows only a generated secret, never a given one. */
  readonly generatedSecret: GeneratedSecret | undefined;
  /** Notes for the user, each a sentence. */
  readonly remarks: readonly string[];
}

/** A secret that `listen` has generated, in this run or an earlier one. */
export interface GeneratedSecret {
  readonly secret: string;
  /** The file that keeps it for the next run. `undefined` without a store in a file. */
  readonly path: string | undefined;
  /** Whether the file has to be written. */
  readonly isNew: boolean;
}

type Variables = Readonly<Record<string, string | undefined>>;

/**
 * Combine all settings. A section of the configuration file takes precedence over the flags, which apply to all
 * endpoints. The flags take precedence over the environment.
 * @throws UsageFailure, ConfigurationError
 */
export async function planReceiving(flags: ListenFlags, env: Variables): Promise<ReceivingPlan> {
  const { config, maxBody, rateLimit, insecure, keepRejected } = flags;
  if (insecure === true && (flags.secret ?? flags.secretFile) !== undefined) {
    throw new UsageFailure(
      '--insecure cannot be combined with a secret, because it does not check signatures.',
      'Remove --insecure or the secret.',
    );
  }
  const fromConfig = config === undefined ? undefined : await configuredEndpoints(config, flags);
  const needsSecret = fromConfig === undefined && insecure !== true;
  const given = needsSecret ? await givenSecret(flags) : undefined;
  const generatedSecret = needsSecret && given === undefined ? await generateSecret(flags, env) : undefined;
  // readEnvironment requires a secret. If none is needed, pass a placeholder to read the other variables.
  const secret = given ?? generatedSecret?.secret ?? 'not used';
  const { host, port, options } = readEnvironment({ ...env, SPIDERFOOT_WEBHOOK_SECRET: secret });
  const { secret: secrets, ...addresses } = options;
  const common: Partial<ReceiverOptions> = {
    ...addresses,
    ...(flags.allowIp && { allowedIps: flags.allowIp }),
    ...(flags.trustProxy && { trustedProxies: flags.trustProxy }),
    ...(keepRejected !== undefined && { keepRejected }),
    ...(maxBody !== undefined && { maxBodySize: maxBody }),
    ...(rateLimit && { rateLimiter: await createRateLimiter(rateLimit) }),
  };
  const single: EndpointPlan = {
    path: flags.path ?? '/webhook',
    options: { secret: insecure === true ? false : secrets, ...eventsOf(flags) },
  };
  const { endpoints, remarks } = fromConfig ?? { endpoints: [single], remarks: [] };
  return {
    host: flags.host ?? host,
    port: flags.port ?? port,
    endpoints: endpoints.map(({ path, options: own }) => ({ path, options: { ...common, ...own } })),
    generatedSecret,
    remarks,
  };
}

async function configuredEndpoints(path: string, flags: ListenFlags) {
  const flag = firstGiven(flags, ['secret', 'secretFile', 'makeSecret', 'insecure', 'path', 'events']);
  if (flag !== undefined) {
    throw new UsageFailure(
      `${flag} and --config cannot be combined.`,
      `Remove ${flag}, and set it in the configuration file.`,
    );
  }
  const config = await readConfig(path);
  if (config.endpoints.length > 0) return config;
  throw new UsageFailure(
    `${path} has no enabled endpoint whose format is json.`,
    'Check "enabled" and "format" in the [webhooks] and [webhooks:NAME] sections.',
  );
}

/**
 * Generate a secret of 128 bits, which is long enough for HMAC and can still be copied by hand. If an earlier run with the
 * same store has generated one, return that secret.
 * @throws UsageFailure without a terminal, because a service would reject every event after a restart, and log its
 *   secret
 */
async function generateSecret({ makeSecret, store }: ListenFlags, env: Variables): Promise<GeneratedSecret> {
  if (process.stderr.isTTY !== true && makeSecret !== true) {
    throw new UsageFailure(
      'The secret is missing.',
      'Set SPIDERFOOT_WEBHOOK_SECRET, or pass --secret-file. For a test, --make-secret generates a secret and shows it.',
    );
  }
  const path = savedSecretPath(store ?? (env.SPIDERFOOT_WEBHOOK_STORE || undefined));
  const saved = path === undefined ? undefined : await readSavedSecret(path);
  if (saved !== undefined) return { secret: saved, path, isNew: false };
  return { secret: randomBytes(16).toString('hex'), path, isNew: true };
}

async function givenSecret(flags: ListenFlags): Promise<string | undefined> {
  const secret = await findSecret(flags);
  // An empty file is a mistake. A generated secret would reject every event that SpiderFoot sends.
  if (secret === '')
    throw new UsageFailure('The secret is empty.', 'Write the secret into the file, or pass --secret.');
  return secret;
}

/** @throws UsageFailure for a name that is not an event type */
function eventsOf({ events }: ListenFlags): Pick<ReceiverOptions, 'events'> {
  if (events === undefined) return {};
  for (const name of events) {
    if (selectTypes(name) !== undefined) continue;
    throw new UsageFailure(
      `--events contains "${name}", which is not an event type.${didYouMean(name, typeSelectors())}`,
      '`send --list` lists the types. Write a category as scan or scan.*.',
    );
  }
  if (events.includes('all')) return { events: 'all' };
  return { events: events as Exclude<ReceiverOptions['events'], undefined> };
}
