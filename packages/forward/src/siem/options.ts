import type { SeverityMap } from '@spiderfoot-webhooks/core/events';
import type { PolicyOptions } from '../attempts/policy-options.ts';
import type { TransportOptions } from '../http/transport-options.ts';
import type { TlsOptions } from '../tls-options.ts';

/** What every format takes. */
interface CommonOptions {
  /**
   * Your own severities by event type, which replace the kit's: `INFO`, `LOW`, `MEDIUM`, `HIGH` or `CRITICAL`. A
   * severity that the event itself states takes precedence.
   * @default the kit's table; for the format `guide`, the guide's mapping
   * @example { 'asset.discovered': 'HIGH' }
   */
  readonly severities?: SeverityMap;
}

/** The guide's SIEM: `POST {endpoint}/events`, one event a request. */
export interface GuideOptions extends CommonOptions, TransportOptions {
  readonly format?: 'guide';
  /** A base URL: `/events` is added. */
  readonly endpoint: string | URL;
  /** Sent as `Authorization: Bearer …`. */
  readonly apiKey: string;
}

/** Any collector that takes an event of the Open Cybersecurity Schema Framework by POST, one a request. */
export interface OcsfOptions extends CommonOptions, TransportOptions {
  readonly format: 'ocsf';
  /** The whole URL: nothing is added, as the schema names no path. */
  readonly endpoint: string | URL;
  /** Sent as `Authorization: Bearer …`. */
  readonly apiKey: string;
}

/** How events are sent together. */
export interface BatchOptions {
  /** Events in a batch at the most; a batch is also full at a million bytes. @default 100 */
  readonly size?: number;
  /**
   * Milliseconds that an event waits for others at the most, while a batch is under way. With none under way it does
   * not wait: what has come within one turn of the event loop is sent.
   * @default 20
   */
  readonly wait?: number;
}

/** Splunk's HTTP Event Collector: `POST {endpoint}/services/collector/event`. */
export interface SplunkOptions extends CommonOptions, TransportOptions {
  readonly format: 'splunk';
  /** A base URL: `https://splunk.example.com:8088`. */
  readonly endpoint: string | URL;
  /** The collector's token, sent as `Authorization: Splunk …`. */
  readonly apiKey: string;
  /** @default the token's */
  readonly index?: string;
  /** @default 'spiderfoot' */
  readonly sourcetype?: string;
  /** What Splunk shows as the event's host. @default Splunk's own choice */
  readonly host?: string;
  readonly batch?: BatchOptions;
}

interface ElasticCommon extends CommonOptions, TransportOptions {
  readonly format: 'elastic';
  /** A base URL: `https://elastic.example.com:9200`. */
  readonly endpoint: string | URL;
  /** A data stream or an index. @default 'logs-spiderfoot-default' */
  readonly index?: string;
  readonly batch?: BatchOptions;
}

/** Elasticsearch: `POST {endpoint}/_bulk`, one `create` for each event. */
export type ElasticOptions =
  | (ElasticCommon & {
      /** Base64 of id and key, as Elasticsearch shows it: sent as `Authorization: ApiKey …`. */
      readonly apiKey: string;
    })
  | (ElasticCommon & {
      /** A user, where there is no API key. */
      readonly basic: { readonly username: string; readonly password: string };
    });

/**
 * CEF over syslog. **Syslog acknowledges nothing**: an event counts as sent once the operating system has it.
 */
export interface CefOptions extends CommonOptions, PolicyOptions {
  readonly format: 'cef';
  /**
   * `tls://siem.example.com:6514` (RFC 5425), `tcp://…:601` (RFC 6587, octet counting) or `udp://…:514` (RFC 5426).
   * **Over `tcp` and `udp` events travel readable, and anybody on the way can change them.** The port may be left
   * out: these are the defaults.
   */
  readonly endpoint: string | URL;
  /** 0 to 23. @default 16, `local0` */
  readonly facility?: number;
  /** Who sends, in the syslog header. @default this machine's name */
  readonly hostname?: string;
  /** Bytes of a message at the most, 1024 or more; what does not fit is cut. @default 8192, and 2048 over UDP */
  readonly maxSize?: number;
  readonly tls?: TlsOptions;
}

/** A SIEM, by its `format`. */
export type SiemOptions = GuideOptions | SplunkOptions | ElasticOptions | OcsfOptions | CefOptions;
