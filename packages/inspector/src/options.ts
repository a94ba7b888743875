import { ConfigurationError, type Receiver, type Secret } from '@spiderfoot-webhooks/core';

/**
 * Return whether a request may use the inspector, or a response to send instead of the page, for example a redirect to
 * your login page.
 */
export type Authenticate = (request: Request) => boolean | Response | Promise<boolean | Response>;

/** The user and the password of basic authentication. Use TLS: a browser sends both with every request. */
export interface UserAndPassword {
  readonly user: string;
  readonly password: string;
}

/** The options of `createInspector` and `inspectorListener`. */
export interface InspectorOptions {
  /**
   * Decide who may use the inspector: a function over the request, or a user and a password.
   * @default undefined: only direct requests from this machine are served
   * @example { user: 'ops', password: process.env.INSPECTOR_PASSWORD }
   */
  readonly auth?: Authenticate | UserAndPassword | undefined;
  /**
   * Show the pages, but allow no replay and no test events.
   * @default false
   */
  readonly readOnly?: boolean | undefined;
  /**
   * The path at which the inspector is mounted, if the requests still contain it.
   * @default '/'
   * @example '/inspector'
   */
  readonly basePath?: string | undefined;
  /**
   * The name in the header and in the title of each page.
   * @default 'SpiderFoot webhooks'
   */
  readonly title?: string | undefined;
  /**
   * The URL of a scan on your SpiderFoot server, with `{scanId}` in place of its id. Each scan then has a link.
   * @default undefined: no link
   * @example 'https://spiderfoot.example.com/scaninfo?id={scanId}'
   */
  readonly scanUrl?: string | undefined;
  /**
   * The secret with which SpiderFoot signs. It is used to diagnose rejected requests and to sign test events. No page shows it.
   * @default undefined: no diagnosis
   */
  readonly secret?: Secret | undefined;
  /**
   * The header in which the receiver reads the signature, if its option `signatureHeader` is set. It is used to diagnose
   * rejected requests and to sign test events.
   * @default the headers of SpiderFoot's senders
   * @example 'x-gateway-signature'
   */
  readonly signatureHeader?: string | readonly string[] | undefined;
  /**
   * The receiver that test events pass through. Requires `secret`.
   * @default undefined: no test events
   */
  readonly receiver?: Receiver | undefined;
  /**
   * Return the client's address, for the limit on failed logins and for the check that a request is from this machine.
   * @default the socket's address, with `@hono/node-server` and `inspectorListener`
   * @example clientIp: (request, server) => server.requestIP(request)?.address // Bun
   */
  readonly clientIp?: ((request: Request, env: unknown) => string | undefined) | undefined;
}

/** {@link InspectorOptions}, checked and with defaults. */
export interface Settings {
  readonly auth: Authenticate | UserAndPassword | undefined;
  readonly readOnly: boolean;
  /** Begins and ends with a slash. */
  readonly basePath: string;
  readonly title: string;
  readonly scanUrl: string | undefined;
  readonly secret: Secret | undefined;
  /** In lowercase. `undefined` for the headers of SpiderFoot's senders. */
  readonly signatureHeaders: readonly string[] | undefined;
  readonly receiver: Receiver | undefined;
  readonly clientIp: ((request: Request, env: unknown) => string | undefined) | undefined;
}

const known: Readonly<Record<keyof InspectorOptions, true>> = {
  ...{ auth: true, readOnly: true, basePath: true, title: true },
  ...{ scanUrl: true, secret: true, signatureHeader: true, receiver: true, clientIp: true },
};

/**
 * Check the options.
 * @throws ConfigurationError that names the option
 */
export function readSettings(options: InspectorOptions): Settings {
  const { auth, readOnly = false, basePath = '/', title = 'SpiderFoot webhooks', scanUrl } = options;
  const { secret, signatureHeader, receiver, clientIp } = options;
  const unknown = Object.keys(options).find((name) => !Object.hasOwn(known, name));
  if (unknown !== undefined) {
    const names = Object.keys(known).join(', ');
    throw new ConfigurationError(unknown, `is not an option of the inspector. Known: ${names}.`);
  }
  checkAuth(auth);
  if (typeof readOnly !== 'boolean') throw new ConfigurationError('readOnly', 'must be true or false.');
  if (typeof title !== 'string' || title.trim() === '') {
    throw new ConfigurationError('title', 'must be a non-empty string.');
  }
  checkBasePath(basePath);
  checkScanUrl(scanUrl);
  if (receiver !== undefined && secret === undefined) {
    throw new ConfigurationError('receiver', 'requires the option "secret", which signs the test events.');
  }
  if (clientIp !== undefined && typeof clientIp !== 'function') {
    throw new ConfigurationError('clientIp', 'must be a function.');
  }
  return {
    ...{ auth, readOnly, basePath: basePath.replace(/\/?$/, '/'), title, scanUrl },
    ...{ secret, signatureHeaders: readHeaderNames(signatureHeader), receiver, clientIp },
  };
}

/** An empty password is usually a missing environment variable. It would let any client in. */
function checkAuth(auth: unknown): void {
  if (auth === undefined || typeof auth === 'function') return;
  const isText = (value: unknown) => typeof value === 'string' && value !== '';
  if (typeof auth === 'object' && auth !== null && 'user' in auth && 'password' in auth) {
    if (isText(auth.user) && isText(auth.password) && !String(auth.user).includes(':')) return;
  }
  throw new ConfigurationError(
    'auth',
    'must be a function, or an object with a non-empty user (without a colon) and a non-empty password.',
  );
}

function checkBasePath(path: unknown): void {
  if (typeof path === 'string' && path !== '' && /^(?:\/[\w~-][\w.~-]*)*\/?$/.test(path)) return;
  throw new ConfigurationError(
    'basePath',
    `must be an absolute path (got ${JSON.stringify(path)}). For example: '/inspector'.`,
  );
}

function readHeaderNames(given: unknown): readonly string[] | undefined {
  if (given === undefined) return undefined;
  const names: readonly unknown[] = Array.isArray(given) ? given : [given];
  const isName = (name: unknown) => typeof name === 'string' && /^[\w!#$%&'*+.^`|~-]+$/.test(name);
  if (names.length > 0 && names.every(isName)) return names.map((name) => String(name).toLowerCase());
  throw new ConfigurationError('signatureHeader', 'must be the name of a header, or a list of names.');
}

/** A link must not run script, and the id of a scan must not choose its host: both are untrusted. */
function checkScanUrl(url: unknown): void {
  if (url === undefined) return;
  const isUrl = typeof url === 'string' && /^https?:$/.test(URL.parse(url)?.protocol ?? '');
  if (!isUrl || !url.includes('{scanId}')) {
    throw new ConfigurationError('scanUrl', 'must be an http or https URL that contains {scanId}.');
  }
  const hosts = ['1', '2'].map((scanId) => {
    const { origin, username, password } = URL.parse(url.replaceAll('{scanId}', scanId)) ?? {};
    return `${origin} ${username} ${password}`;
  });
  if (hosts[0] === hosts[1]) return;
  throw new ConfigurationError(
    'scanUrl',
    `must contain {scanId} only in its path, its query or its fragment (got ${JSON.stringify(url)}).`,
  );
}
