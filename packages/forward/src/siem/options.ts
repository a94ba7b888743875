import type { SeverityMap } from '@spiderfoot-webhooks/core/events';
import type { PolicyOptions } from '../attempts/policy-options.ts';
import type { TransportOptions } from '../http/transport-options.ts';
import type { TlsOptions } from '../tls-options.ts';

/** The options of every format. */
interface CommonOptions {
  /**
   * Your own severities by event type, which replace the kit's: `INFO`, `LOW`, `MEDIUM`, `HIGH` or `CRITICAL`. If an event
   * states its severity, that severity takes precedence.
   * @default the kit's table; for the format `guide`, the mapping in SpiderFoot's Webhook Integration Guide
   * @example { 'asset.discovered': 'HIGH' }
   */
  readonly severities?: SeverityMap;
}

/** The SIEM in SpiderFoot's Webhook Integration Guide: `POST {endpoint}/events`, with one event per request. */
export interface GuideOptions extends CommonOptions, TransportOptions {
  readonly format?: 'guide';
  /** The base URL, to which `/events` is added. */
  readonly endpoint: string | URL;
  /** Sent as `Authorization: Bearer …`. */
  readonly apiKey: string;
}

/** A collector for the Open Cybersecurity Schema Framework (OCSF): a POST request for each event. */
export interface OcsfOptions extends CommonOptions, TransportOptions {
  readonly format: 'ocsf';
  /** The complete URL. No path is added, because the schema does not define one. */
  readonly endpoint: string | URL;
  /** Sent as `Authorization: Bearer …`. */
  readonly apiKey: string;
}

/** The options of batches. */
export interface BatchOptions {
  /** The maximum number of events in a batch. A batch is also full at 1,000,000 bytes. @default 100 */
  readonly size?: number;
  /**
   * How long an event waits for other events while a batch is being sent, in milliseconds. If no batch is being sent, the
   * event does not wait: the events of one turn of the event loop are sent together.
   * @default 20
   */
  readonly wait?: number;
}

/** Splunk's HTTP Event Collector: `POST {endpoint}/services/collector/event`. */
export interface SplunkOptions extends CommonOptions, TransportOptions {
  readonly format: 'splunk';
  /** The base URL: `https://splunk.example.com:8088`. */
  readonly endpoint: string | URL;
  /** The collector's token, sent as `Authorization: Splunk …`. */
  readonly apiKey: string;
  /** @default the default index of the token */
  readonly index?: string;
  /** @default 'spiderfoot' */
  readonly sourcetype?: string;
  /** The `host` field of the event in Splunk. @default chosen by Splunk */
  readonly host?: string;
  readonly batch?: BatchOptions;
}

interface ElasticCommon extends CommonOptions, TransportOptions {
  readonly format: 'elastic';
  /** The base URL: `https://elastic.example.com:9200`. */
  readonly endpoint: string | URL;
  /** A data stream or an index. @default 'logs-spiderfoot-default' */
  readonly index?: string;
  readonly batch?: BatchOptions;
}

/** Elasticsearch: `POST {endpoint}/_bulk`, one `create` for each event. */
export type ElasticOptions =
  | (ElasticCommon & {
      /** The Base64 encoding of id and key, as Elasticsearch displays it. Sent as `Authorization: ApiKey …`. */
      readonly apiKey: string;
    })
  | (ElasticCommon & {
      /** A user and a password, if you do not use an API key. */
      readonly basic: { readonly username: string; readonly password: string };
    });

/**
 * Common Event Format (CEF) over syslog. **Syslog has no acknowledgment**: an event counts as sent once the operating system
 * has accepted it.
 */
export interface CefOptions extends CommonOptions, PolicyOptions {
  readonly format: 'cef';
  /**
   * `tls://siem.example.com:6514` (RFC 5425), `tcp://…:601` (RFC 6587, octet counting) or `udp://…:514` (RFC 5426).
   * You can omit these ports, because they are the defaults. **Over `tcp` and `udp`, others on the network can read and
   * change the events.**
   */
  readonly endpoint: string | URL;
  /** The syslog facility, 0 to 23. @default 16, which is `local0` */
  readonly facility?: number;
  /** The sender's host name in the syslog header. @default the name of this machine */
  readonly hostname?: string;
  /** The maximum size of a message in bytes, 1024 or more. A longer message is cut. @default 8192, or 2048 over UDP */
  readonly maxSize?: number;
  readonly tls?: TlsOptions;
}

/** The options of a SIEM. They depend on `format`. */
export type SiemOptions = GuideOptions | SplunkOptions | ElasticOptions | OcsfOptions | CefOptions;
