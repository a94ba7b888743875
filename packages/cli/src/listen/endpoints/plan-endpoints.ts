import { randomBytes } from 'node:crypto';
import type { ReceiverOptions } from '@spiderfoot-webhooks/core';
import { didYouMean } from '@spiderfoot-webhooks/core/config/values';
import { selectTypes, typeSelectors } from '@spiderfoot-webhooks/core/events';
import { readEnvironment } from '@spiderfoot-webhooks/core/node';
import { findSecret } from '../../arguments/secret-options.ts';
import { UsageFailure } from '../../failure/failure.ts';
import { firstGiven, type ListenFlags } from '../flags.ts';
import { type EndpointPlan, readConfig } from './config-file.ts';
import { createRateLimiter } from './rate-limit.ts';

/** What is to be received, and where. */
export interface ReceivingPlan {
  readonly host: string;
  readonly port: number;
  readonly endpoints: readonly EndpointPlan[];
  /** The secret that was made up here, where none was given: the only one that may be shown. */
  readonly madeSecret: string | undefined;
  /** What somebody should know, in sentences. */
  readonly remarks: readonly string[];
}

type Variables = Readonly<Record<string, string | undefined>>;

/**
 * Put together what is said: a section of the configuration file goes before the flags, which hold for all
 * endpoints, and those before the environment.
 * @throws UsageFailure, ConfigurationError
 */
export async function planReceiving(flags: ListenFlags, env: Variables): Promise<ReceivingPlan> {
  const { config, maxBody, rateLimit, insecure } = flags;
  if (insecure === true && (flags.secret ?? flags.secretFile) !== undefined) {
    throw new UsageFailure('--insecure does not check signatures: it needs no secret.');
  }
  const ofConfig = config === undefined ? undefined : await configured(config, flags);
  const given = ofConfig === undefined && insecure !== true ? await givenSecret(flags) : undefined;
  const needsSecret = ofConfig === undefined && insecure !== true && given === undefined;
  const madeSecret = needsSecret ? newSecret(flags) : undefined;
  // What needs no secret of the environment's still has the rest of it read in the one place.
  const secret = given ?? madeSecret ?? 'not used';
  const { host, port, options } = readEnvironment({ ...env, SPIDERFOOT_WEBHOOK_SECRET: secret });
  const { secret: secrets, ...addresses } = options;
  const common: Partial<ReceiverOptions> = {
    ...addresses,
    ...(flags.allowIp && { allowedIps: flags.allowIp }),
    ...(flags.trustProxy && { trustedProxies: flags.trustProxy }),
    ...(maxBody !== undefined && { maxBodySize: maxBody }),
    ...(rateLimit && { rateLimiter: await createRateLimiter(rateLimit) }),
  };
  const single: EndpointPlan = {
    path: flags.path ?? '/webhook',
    options: { secret: insecure === true ? false : secrets, ...eventsOf(flags) },
  };
  const { endpoints, remarks } = ofConfig ?? { endpoints: [single], remarks: [] };
  return {
    host: flags.host ?? host,
    port: flags.port ?? port,
    endpoints: endpoints.map(({ path, options: own }) => ({ path, options: { ...common, ...own } })),
    madeSecret,
    remarks,
  };
}

async function configured(path: string, flags: ListenFlags) {
  const clash = firstGiven(flags, ['secret', 'secretFile', 'makeSecret', 'insecure', 'path', 'events']);
  if (clash !== undefined)
    throw new UsageFailure(`${clash} and --config do not go together: the file says that.`);
  const found = await readConfig(path);
  if (found.endpoints.length > 0) return found;
  throw new UsageFailure(`${path} has no endpoint that this receiver could be.`);
}

/**
 * Generate a secret of 128 bits, which is long enough for HMAC and can still be copied by hand.
 * @throws UsageFailure without a terminal, because a service would reject every event after a restart, and log its
 *   secret
 */
function newSecret({ makeSecret }: ListenFlags): string {
  if (process.stderr.isTTY !== true && makeSecret !== true) {
    throw new UsageFailure(
      'No secret is given.',
      'Set SPIDERFOOT_WEBHOOK_SECRET or give --secret-file. --make-secret generates a secret for this run and shows it, which is the default on a terminal.',
    );
  }
  return randomBytes(16).toString('hex');
}

async function givenSecret(flags: ListenFlags): Promise<string | undefined> {
  const secret = await findSecret(flags);
  // An empty file is a mistake. A generated secret would reject every event that SpiderFoot sends.
  if (secret === '')
    throw new UsageFailure('The secret is empty.', 'Write the secret into the file, or give --secret.');
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
