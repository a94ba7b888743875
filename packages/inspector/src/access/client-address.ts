import type { Settings } from '../options.ts';

/** The connection of a request, as far as the platform passes it. */
export interface Client {
  /** `undefined` if it is unknown. */
  readonly address: string | undefined;
  /** `undefined` if it is unknown. */
  readonly httpVersion: string | undefined;
}

/**
 * Return the connection of a request. Without `clientIp`, it is read from Node's own request, which `@hono/node-server` and
 * `inspectorListener` pass.
 */
export function clientOf(request: Request, env: unknown, { clientIp }: Pick<Settings, 'clientIp'>): Client {
  const incoming = memberOf(env, 'incoming');
  const httpVersion = textOf(memberOf(incoming, 'httpVersion'));
  if (clientIp !== undefined) return { address: clientIp(request, env), httpVersion };
  return { address: textOf(memberOf(memberOf(incoming, 'socket'), 'remoteAddress')), httpVersion };
}

function memberOf(value: unknown, name: string): unknown {
  return typeof value === 'object' && value !== null ? Reflect.get(value, name) : undefined;
}

function textOf(value: unknown): string | undefined {
  return typeof value === 'string' ? value : undefined;
}
