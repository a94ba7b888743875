import { randomBytes } from 'node:crypto';
import type { ReceiverOptions } from '@spiderfoot-webhooks/core';
import { readEnvironment } from '@spiderfoot-webhooks/core/node';
import { UsageFailure } from '../terminal/failure.ts';
import { findSecret } from '../terminal/secret.ts';
import { type EndpointPlan, readConfig } from './config.ts';
import { firstGiven, type ListenFlags } from './flags.ts';
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
 * Puts together what is said: a section of the configuration file goes before the flags, which hold for all endpoints, and
 * those before the environment.
 * @throws UsageFailure, ConfigurationError
 */
export async function planReceiving(flags: ListenFlags, env: Variables): Promise<ReceivingPlan> {
  const { config, maxBody, rateLimit, insecure } = flags;
  if (insecure === true && (flags.secret ?? flags.secretFile) !== undefined) {
    throw new UsageFailure('--insecure does not check signatures: it needs no secret.');
  }
  const ofConfig = config === undefined ? undefined : await configured(config, flags);
  const given = ofConfig === undefined && insecure !== true ? await givenSecret(flags) : undefined;
  const madeSecret =
    ofConfig !== undefined || insecure === true || given !== undefined ? undefined : newSecret();
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
  const clash = firstGiven(flags, ['secret', 'secretFile', 'insecure', 'path', 'events']);
  if (clash !== undefined)
    throw new UsageFailure(`${clash} and --config do not go together: the file says that.`);
  const found = await readConfig(path);
  if (found.endpoints.length > 0) return found;
  throw new UsageFailure(`${path} has no endpoint that this receiver could be.`);
}

/** 128 bits: as much as the guide's algorithm can make use of, and still to be copied by hand. */
function newSecret(): string {
  return randomBytes(16).toString('hex');
}

async function givenSecret(flags: ListenFlags): Promise<string | undefined> {
  const secret = await findSecret(flags);
  // An empty file is a slip; a secret made up in its place would refuse everything that SpiderFoot sends.
  if (secret === '')
    throw new UsageFailure('The secret is empty.', 'Leave it out to have one made for this run.');
  return secret;
}

function eventsOf({ events }: ListenFlags): Pick<ReceiverOptions, 'events'> {
  // The receiver checks them, and names the one that it does not know.
  return events === undefined ? {} : { events: events as Exclude<ReceiverOptions['events'], undefined> };
}
