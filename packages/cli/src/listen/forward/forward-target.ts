import { readFileSync } from 'node:fs';
import { ConfigurationError, type EventContext } from '@spiderfoot-webhooks/core';
import type { EventEnvelope } from '@spiderfoot-webhooks/core/events';
import { UsageFailure } from '../../failure/failure.ts';
import { isLoopback } from '../server/loopback.ts';

/** Where events are sent on to. */
export interface ForwardTarget {
  readonly kind: ForwardKind;
  /** It may be a secret, as Slack's is: shown to nobody. */
  readonly url: string;
}

const forwardKinds = ['slack', 'discord', 'teams', 'siem', 'webhook'] as const;
type ForwardKind = (typeof forwardKinds)[number];

/** What sends an event on. */
export interface Forwarder {
  (event: EventEnvelope<string, unknown>, context: EventContext): Promise<void>;
  close(): Promise<void>;
}

/**
 * Read `slack=https://…`, or `slack=@FILE` for a URL that is not to be seen in the list of processes.
 * @throws UsageFailure that never says the URL itself
 */
export function parseForward(text: string): ForwardTarget {
  const [, name = '', value = ''] = /^([^=]+)=(.+)$/s.exec(text) ?? [];
  const kind = forwardKinds.find((known) => known === name);
  if (kind === undefined)
    throw new UsageFailure(`--forward must be KIND=URL, with KIND one of ${forwardKinds.join(', ')}.`);
  const url = value.startsWith('@') ? readUrlFile(kind, value.slice(1)) : value;
  if (!URL.canParse(url))
    throw new UsageFailure(`--forward has no URL for ${kind}: it begins with https://.`);
  const { protocol, hostname } = new URL(url);
  if (protocol === 'https:' || (protocol === 'http:' && isLoopback(hostname))) return { kind, url };
  throw new UsageFailure(
    `--forward has a URL for ${kind} that is not https: events would travel readable.`,
    'http is for this machine alone.',
  );
}

function readUrlFile(kind: string, path: string): string {
  try {
    return readFileSync(path, 'utf8').trim();
  } catch {
    throw new UsageFailure(`--forward names a file for ${kind} that cannot be read: ${path}.`);
  }
}
/**
 * @param env has the credentials of a SIEM and of another webhook: no place for them in a command line
 * @throws ConfigurationError that names the option, or the variable
 */
export async function createForwarder(
  { kind, url }: ForwardTarget,
  env: Readonly<Record<string, string | undefined>>,
): Promise<Forwarder> {
  const allowHttp = url.startsWith('http:');
  switch (kind) {
    case 'slack':
      return (await import('@spiderfoot-webhooks/forward/slack')).slack({ url, allowHttp });
    case 'discord':
      return (await import('@spiderfoot-webhooks/forward/discord')).discord({ url, allowHttp });
    case 'teams':
      return (await import('@spiderfoot-webhooks/forward/teams')).teams({ url, allowHttp });
    case 'siem': {
      const apiKey = required(env, 'SPIDERFOOT_SIEM_API_KEY', 'the API key of the SIEM');
      return (await import('@spiderfoot-webhooks/forward/siem')).siem({ endpoint: url, apiKey, allowHttp });
    }
    case 'webhook': {
      const secret = required(env, 'SPIDERFOOT_FORWARD_SECRET', 'the secret that the other webhook checks');
      return (await import('@spiderfoot-webhooks/forward/webhook')).webhook({ url, secret, allowHttp });
    }
  }
}

function required(env: Readonly<Record<string, string | undefined>>, variable: string, what: string): string {
  const value = env[variable];
  if (value) return value;
  throw new ConfigurationError(variable, `is not set: it is ${what}.`);
}
