import { readFileSync } from 'node:fs';
import { ConfigurationError, type EventContext } from '@spiderfoot-webhooks/core';
import { isLoopback } from '@spiderfoot-webhooks/core/adapter';
import { didYouMean } from '@spiderfoot-webhooks/core/config/values';
import type { EventEnvelope } from '@spiderfoot-webhooks/core/events';
import { UsageFailure } from '../../failure/failure.ts';

/** A destination of forwarded events. */
export interface ForwardTarget {
  readonly kind: ForwardKind;
  /** May be a secret, as for Slack. It is never shown. */
  readonly url: string;
}

const forwardKinds = ['slack', 'discord', 'teams', 'siem', 'webhook'] as const;
type ForwardKind = (typeof forwardKinds)[number];

/** Forwards an event. */
export interface Forwarder {
  (event: EventEnvelope<string, unknown>, context: EventContext): Promise<void>;
  close(): Promise<void>;
}

/**
 * Parse `slack=https://…`, or `slack=@FILE`, which keeps the URL out of the process list.
 * @throws UsageFailure, which never contains the URL
 */
export function parseForward(text: string): ForwardTarget {
  const [, name = '', value = ''] = /^([^=]+)=(.+)$/s.exec(text) ?? [];
  const kind = forwardKinds.find((known) => known === name);
  if (kind === undefined)
    throw new UsageFailure(
      `--forward must be KIND=URL. KIND is one of ${forwardKinds.join(', ')}.${didYouMean(name, forwardKinds)}`,
    );
  const url = value.startsWith('@') ? readUrlFile(kind, value.slice(1)) : value;
  if (!URL.canParse(url))
    throw new UsageFailure(
      `--forward has no valid URL for ${kind}.`,
      'Give a URL that begins with https://.',
    );
  const { protocol, hostname } = new URL(url);
  if (protocol === 'https:' || (protocol === 'http:' && isLoopback(hostname))) return { kind, url };
  throw new UsageFailure(
    `--forward has a URL for ${kind} that does not use HTTPS, so events would be sent unencrypted.`,
    'Use https://. Plain HTTP is allowed only to this machine.',
  );
}

function readUrlFile(kind: string, path: string): string {
  try {
    return readFileSync(path, 'utf8').trim();
  } catch {
    throw new UsageFailure(
      `--forward ${kind}=@${path} names a file that cannot be read.`,
      'Check the path and its permissions.',
    );
  }
}

/**
 * Create the forwarder for a destination.
 * @param env contains the credentials of a SIEM or another webhook, which do not belong in a command line
 * @throws ConfigurationError that names the option or the variable
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
      const secret = required(env, 'SPIDERFOOT_FORWARD_SECRET', 'the secret of the other webhook');
      return (await import('@spiderfoot-webhooks/forward/webhook')).webhook({ url, secret, allowHttp });
    }
  }
}

function required(
  env: Readonly<Record<string, string | undefined>>,
  variable: string,
  meaning: string,
): string {
  const value = env[variable];
  if (value) return value;
  throw new ConfigurationError(variable, `is not set. Set it to ${meaning}.`);
}
