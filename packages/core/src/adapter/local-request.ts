/** The parts of a request that show where it is from. */
export interface RequestSource {
  /** The socket's address. `undefined` if it is unknown. */
  readonly address: string | undefined;
  /** The value of the header `Host`. */
  readonly host: string | undefined;
  /** The names of all headers, in lowercase. */
  readonly headerNames: Iterable<string>;
  /**
   * The version of HTTP, for example `1.1`.
   * @default undefined: not checked
   */
  readonly httpVersion?: string | undefined;
}

/** Return whether a host or an address is a loopback address of this machine. */
export function isLoopback(host: string): boolean {
  return /^(?:localhost|127(?:\.\d{1,3}){3}|\[?::1\]?|(?:::ffff:)127(?:\.\d{1,3}){3})$/i.test(host);
}

/** Prefixes of headers that proxies and content delivery networks add. */
const proxyHeaders = [
  'forwarded',
  'via',
  'proxy-',
  'client-ip',
  'true-client-',
  'x-client-',
  'x-cluster-',
  'x-forward',
  'x-host',
  'x-original',
  'x-proxy',
  'x-real-',
  'x-remote-',
  'x-request-start',
  'x-rewrite-',
  'x-scheme',
  'x-ssl-',
  'x-varnish',
  'akamai-',
  'x-akamai-',
  'x-amz',
  'x-appengine-',
  'x-arr-',
  'x-azure-',
  'x-cloud-',
  'x-envoy-',
  'x-nf-',
  'x-vercel-',
  'cdn-',
  'cf-',
  'fastly-',
  'fly-',
  'early-data',
  'front-end-https',
  'incap-',
  'max-forwards',
  'remote-addr',
  'ssl-client-',
  'surrogate-',
  'tailscale-',
  'x-auth-request-',
  'x-bluecoat-',
  'x-goog-',
  'x-incap-',
  'x-kong-',
  'x-ms-',
  'x-nginx-',
  'x-originating-',
  'x-pomerium-',
  'x-sucuri-',
  'x-true-client-',
  'x-url-scheme',
  'x-via',
  'x-zscaler',
];

/**
 * Return whether a request is direct and from this machine, so that it may see details that other clients may not. The
 * `Host` must be loopback too: a web page in a browser on this machine can make its own host name resolve to 127.0.0.1 (DNS
 * rebinding), and a proxy may keep the public host.
 * @example
 * isLocalRequest({ address: req.socket.remoteAddress, host: req.headers.host, headerNames: Object.keys(req.headers) });
 */
export function isLocalRequest({ address, host, headerNames, httpVersion }: RequestSource): boolean {
  return (
    // nginx forwards requests as HTTP/1.0, with its upstream name as the host and no other header.
    httpVersion !== '1.0' &&
    isLoopback(address ?? '') &&
    isLoopback((host ?? '').replace(/:\d+$/, '')) &&
    ![...headerNames].some((name) => proxyHeaders.some((prefix) => name.startsWith(prefix)))
  );
}
