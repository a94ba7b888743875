import { hostname as machineName } from 'node:os';
import { ConfigurationError } from '@spiderfoot-webhooks/core';
import { createPolicy } from '../../attempts/policy.ts';
import { policyOptionNames } from '../../attempts/policy-options.ts';
import { readInteger } from '../../option-checks.ts';
import { readTls } from '../../tls-options.ts';
import { parseUrl, socketHost, urlHost } from '../../urls.ts';
import { cefText } from '../formats/cef.ts';
import type { CefOptions } from '../options.ts';
import { policyOptionsOf, readName, rejectOthers } from '../read-options.ts';
import type { Target } from '../target.ts';
import { syslogMessage, syslogName } from './syslog-message.ts';
import { createStreamSender } from './syslog-stream.ts';
import { createUdpSender } from './syslog-udp.ts';

/** Sends messages to a collector. */
export interface SyslogSender {
  /** Resolves once the operating system has accepted the message, because syslog has no acknowledgment. */
  send(message: Buffer, signal: AbortSignal): Promise<void>;
  close(): void;
}

const protocols = {
  'udp:': { port: 514, maxSize: 2048 },
  'tcp:': { port: 601, maxSize: 8192 },
  'tls:': { port: 6514, maxSize: 8192 },
} as const;

type Protocol = keyof typeof protocols;

/** Send events in CEF over syslog. */
export function cefTarget(options: CefOptions): Target {
  rejectOthers(options, ['facility', 'hostname', 'maxSize', 'tls'], policyOptionNames);
  const { protocol, host, port } = readCollector(options.endpoint);
  const settings = {
    facility: readInteger('facility', options.facility ?? 16, 0, 23),
    hostname: syslogName(readName('hostname', options.hostname) ?? machineName(), 255),
    maxSize: readInteger('maxSize', options.maxSize ?? protocols[protocol].maxSize, 1024, 65_507),
  };
  const origin = `${protocol}//${urlHost(host)}:${port}`;
  const policy = createPolicy('siem', policyOptionsOf(options), origin);
  const sender = createSender(protocol, host, port, options);

  return {
    send(record, { signal }) {
      const message = syslogMessage(record, settings, (maxBytes) => cefText(record, maxBytes));
      return policy.run(origin, (signal) => sender.send(message, signal), signal);
    },
    async close() {
      await policy.close();
      sender.close();
    },
  };
}

function createSender(protocol: Protocol, host: string, port: number, { tls }: CefOptions): SyslogSender {
  if (protocol === 'tls:') return createStreamSender(host, port, readTls(tls));
  if (tls !== undefined) throw new ConfigurationError('tls', 'requires an endpoint that begins with tls://.');
  return protocol === 'udp:' ? createUdpSender(host, port) : createStreamSender(host, port, undefined);
}

/** @throws ConfigurationError */
function readCollector(endpoint: unknown): { protocol: Protocol; host: string; port: number } {
  const url = parseUrl(endpoint);
  if (url === undefined || !isProtocol(url.protocol)) {
    throw new ConfigurationError(
      'endpoint',
      'must begin with tls://, tcp:// or udp://, for example tls://siem.example.com:6514.',
    );
  }
  if (
    url.hostname === '' ||
    url.username !== '' ||
    url.password !== '' ||
    /[^/]/.test(url.pathname + url.search)
  ) {
    throw new ConfigurationError('endpoint', 'must contain only a protocol, a host and a port.');
  }
  const host = socketHost(url);
  return {
    protocol: url.protocol,
    host,
    port: url.port === '' ? protocols[url.protocol].port : Number(url.port),
  };
}

function isProtocol(protocol: string): protocol is Protocol {
  return Object.hasOwn(protocols, protocol);
}
