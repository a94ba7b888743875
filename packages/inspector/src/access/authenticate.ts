import { isLocalRequest } from '@spiderfoot-webhooks/core/adapter';
import type { Settings } from '../options.ts';
import { hasCredentials } from './basic-credentials.ts';
import { type Client, clientOf } from './client-address.ts';
import { createFailedLogins } from './failed-logins.ts';

/** Return `undefined` if a request may use the inspector, or the response that is sent instead. */
export type Admit = (request: Request, env: unknown) => Promise<Response | undefined>;

/** Create the check that precedes every route, including assets and the event stream. */
export function createAdmission(settings: Settings): Admit {
  const { auth } = settings;
  if (auth === undefined)
    return async (request, env) => admitLocal(request, clientOf(request, env, settings));
  if (typeof auth === 'function') {
    return async (request) => {
      const answer = await auth(request);
      if (answer instanceof Response) return answer;
      return answer === true ? undefined : refuse(403, 'You do not have access to this inspector.');
    };
  }
  const logins = createFailedLogins();
  return async (request, env) => {
    const header = request.headers.get('authorization');
    if (header === null) return askForPassword();
    const { address } = clientOf(request, env, settings);
    if (!logins.mayTry(address)) {
      return refuse(429, 'Too many failed logins. Try again in a minute.', { 'retry-after': '60' });
    }
    if (hasCredentials(header, auth)) {
      logins.succeeded(address);
      return undefined;
    }
    logins.failed(address);
    return askForPassword();
  };
}

function admitLocal({ headers, url }: Request, { address, httpVersion }: Client): Response | undefined {
  // A request target with a host (`GET http://host/ HTTP/1.1`) can differ from the header.
  const hosts = [headers.get('host') ?? undefined, new URL(url).host];
  const headerNames = [...headers.keys()];
  if (hosts.every((host) => isLocalRequest({ address, host, headerNames, httpVersion }))) return undefined;
  const reason = address === undefined ? ' The address of this request is unknown: pass clientIp.' : '';
  return refuse(
    403,
    `Without the option auth, the inspector serves only direct requests from the machine that it runs on.${reason} To allow other clients and proxies, set auth to a user and a password, or to a function.`,
  );
}

function askForPassword(): Response {
  return refuse(401, 'Log in with the user and the password of the inspector.', {
    'www-authenticate': 'Basic realm="inspector", charset="UTF-8"',
  });
}

function refuse(status: number, text: string, headers: Readonly<Record<string, string>> = {}): Response {
  return new Response(`${text}\n`, {
    status,
    headers: { 'content-type': 'text/plain; charset=utf-8', ...headers },
  });
}
