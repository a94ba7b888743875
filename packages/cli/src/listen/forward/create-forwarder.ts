import { ConfigurationError } from '@spiderfoot-webhooks/core';
import { isLoopback } from '@spiderfoot-webhooks/core/adapter';
import type { Forwarder, ForwarderObserver } from '@spiderfoot-webhooks/forward';
import {
  durationValue,
  numberValue,
  referredValue,
  requiredValue,
  secretValue,
  tlsValue,
  type Variables,
} from './setting-values.ts';
import type { TargetKey } from './target-kinds.ts';
import type { TargetSettings } from './target-settings.ts';

/** The longest time limit of an attempt, in milliseconds. */
const longestTimeout = 60_000;

/** The keys for the options of the forwarders whose names differ. */
const keys: Readonly<Record<string, TargetKey>> = {
  endpoint: 'url',
  smtp: 'url',
  apiKey: 'token',
  to: 'recipients',
};

/**
 * Create the forwarder for a target.
 * @param env contains the secrets to which the settings refer
 * @param observe records the attempts in the metrics
 * @throws UsageFailure, ConfigurationError that names the key
 */
export async function createForwarder(
  settings: TargetSettings,
  env: Variables,
  observe: ForwarderObserver,
): Promise<Forwarder> {
  try {
    return await create(settings, env, observe);
  } catch (error) {
    if (!(error instanceof ConfigurationError) || 'file' in error) throw error;
    const option = error.option.split('.')[0] ?? '';
    const problem = error.message.slice(`Option "${error.option}" `.length);
    return settings.fail(keys[option] ?? known(option) ?? 'url', problem);
  }
}

function known(option: string): TargetKey | undefined {
  const same = ['secret', 'from', 'index', 'sourcetype', 'facility', 'timeout'] as const;
  return option === 'tls' ? 'ca' : same.find((key) => key === option);
}

async function create(
  settings: TargetSettings,
  env: Variables,
  observe: ForwarderObserver,
): Promise<Forwarder> {
  const { kind } = settings;
  const url = referredValue(settings, 'url', env) ?? settings.fail('url', 'is missing.');
  const timeout = durationValue(settings, 'timeout', longestTimeout);
  const shared = { ...tlsValue(settings), ...(timeout !== undefined && { timeout }), observe };
  if (kind === 'email') return createEmail(settings, url, shared);
  if (kind === 'cef') {
    const facility = numberValue(settings, 'facility');
    const { siem } = await import('@spiderfoot-webhooks/forward/siem');
    return siem({ format: 'cef', endpoint: url, ...(facility !== undefined && { facility }), ...shared });
  }
  const options = { ...shared, allowHttp: isHttpAllowed(settings, url) };
  switch (kind) {
    case 'slack':
      return (await import('@spiderfoot-webhooks/forward/slack')).slack({ url, ...options });
    case 'discord':
      return (await import('@spiderfoot-webhooks/forward/discord')).discord({ url, ...options });
    case 'teams':
      return (await import('@spiderfoot-webhooks/forward/teams')).teams({ url, ...options });
    case 'webhook': {
      const secret = secretValue(settings, 'secret', env, 'SPIDERFOOT_FORWARD_SECRET');
      return (await import('@spiderfoot-webhooks/forward/webhook')).webhook({ url, secret, ...options });
    }
    default:
      return createSiem(kind, settings, env, { endpoint: url, ...options });
  }
}

/** @throws UsageFailure, ConfigurationError for an invalid URL, or plain HTTP to another machine */
function isHttpAllowed(settings: TargetSettings, url: string): boolean {
  if (!URL.canParse(url)) return settings.fail('url', 'is not a URL. Use a URL that begins with https://.');
  const { protocol, hostname } = new URL(url);
  if (protocol === 'https:') return false;
  if (protocol === 'http:' && isLoopback(hostname)) return true;
  return settings.fail(
    'url',
    'does not use HTTPS, so events would be sent unencrypted. Plain HTTP is allowed only to this machine.',
  );
}

type SiemKind = 'siem' | 'splunk' | 'elastic' | 'ocsf';

async function createSiem(
  kind: SiemKind,
  settings: TargetSettings,
  env: Variables,
  shared: { readonly endpoint: string; readonly allowHttp: boolean },
): Promise<Forwarder> {
  const { siem } = await import('@spiderfoot-webhooks/forward/siem');
  const index = settings.get('index');
  const named = index === undefined ? {} : { index };
  const username = settings.get('username');
  if (kind === 'elastic' && username !== undefined) {
    const password = secretValue(settings, 'password', env);
    return siem({ ...shared, format: kind, basic: { username, password }, ...named });
  }
  const apiKey = secretValue(settings, 'token', env, 'SPIDERFOOT_SIEM_API_KEY');
  if (kind === 'siem') return siem({ ...shared, format: 'guide', apiKey });
  if (kind === 'ocsf') return siem({ ...shared, format: kind, apiKey });
  if (kind === 'elastic') return siem({ ...shared, format: kind, apiKey, ...named });
  const sourcetype = settings.get('sourcetype');
  return siem({ ...shared, format: kind, apiKey, ...named, ...(sourcetype !== undefined && { sourcetype }) });
}

async function createEmail(settings: TargetSettings, smtp: string, shared: object): Promise<Forwarder> {
  const { password, hostname, protocol } = URL.canParse(smtp) ? new URL(smtp) : new URL('smtp:');
  if (password !== '' && settings.get('url') === smtp) {
    settings.fail('url', 'contains a password. Set it to env:VARIABLE or @FILE.');
  }
  const { email } = await import('@spiderfoot-webhooks/forward/email');
  return email({
    smtp,
    from: requiredValue(settings, 'from'),
    to: requiredValue(settings, 'recipients').split(/[,\n]/),
    allowPlaintext: protocol === 'smtp:' && isLoopback(hostname),
    ...shared,
  });
}
