import { decoded } from './decoded.ts';
import { messageOf } from './error-text.ts';

/** The reason why a server cannot be used, and the next step. */
export interface Problem {
  /** Whether the location or the server must be changed. Otherwise, the server may be reached later. */
  readonly isConfiguration: boolean;
  /** If it is about the configuration, it continues "The server at HOST". */
  readonly problem: string;
}

/** The parts of a URL that a message names. */
interface Target {
  readonly scheme: string;
  /** `the user "app"`. */
  readonly user: string;
  readonly database: string;
}

type Sentence = (target: Target, message: string) => string;

/** Tested in this order against the codes and messages of an error of PostgreSQL, Redis, Node or OpenSSL. */
const configuration: readonly (readonly [RegExp, Sentence])[] = [
  [/\b28P01\b|WRONGPASS/, ({ user }) => `rejects the password of ${user}. Correct the password in the URL.`],
  [
    /client password must be a string|NOAUTH/,
    ({ scheme }) => `requires a password. Add it to the URL: ${scheme}://USER:PASSWORD@HOST`,
  ],
  [
    /no pg_hba\.conf entry.*(?:no encryption|SSL off)/,
    () => 'accepts only connections with TLS. Add the parameter sslmode=verify-full to the URL.',
  ],
  [/pg_hba\.conf/, ({ user }) => `does not let ${user} connect from this machine. Change its pg_hba.conf.`],
  [
    /\b28000\b/,
    ({ user }) => `does not let ${user} log in. Create the role, or correct the user in the URL.`,
  ],
  [
    /\b3D000\b/,
    ({ database }) => `has no database "${database}". Create it, or correct its name in the URL.`,
  ],
  [
    /\b42501\b/,
    ({ user }, message) =>
      `does not grant ${user} a permission (${message}). Grant it, or have an administrator apply the SQL of: spiderfoot-webhooks migrate --print`,
  ],
  [/NOPERM/, ({ user }, message) => `does not grant ${user} a permission (${message}). Change its ACL.`],
  [
    /does not support SSL/,
    () => 'does not support TLS. Configure TLS on it, or remove the parameter sslmode from the URL.',
  ],
  [
    /SELF_SIGNED|UNABLE_TO_(?:VERIFY|GET)|CERT_|ALTNAME/,
    (_, message) =>
      `has a certificate that is not trusted (${message}). Set NODE_EXTRA_CA_CERTS to the file of its authority.`,
  ],
];

const availability: readonly (readonly [RegExp, Sentence])[] = [
  [/ECONNREFUSED/, () => 'It refuses the connection. Start the server, or correct the host and the port.'],
  [/ENOTFOUND|EAI_AGAIN/, () => 'The host is unknown. Correct the host, or check the DNS.'],
  [/\bENOENT\b/, () => 'There is no such socket. Start the server, or correct the folder of its socket.'],
  [/\b53300\b/, () => 'It has too many connections. Raise its max_connections, or start fewer programs.'],
  [/\b57P0[1-3]\b|LOADING/, () => 'It is starting or shutting down. Try again.'],
  [
    /ETIMEDOUT|EHOSTUNREACH|ENETUNREACH|timeout|did not respond|terminated/i,
    ({ scheme }) =>
      scheme === 'rediss'
        ? 'It does not respond. Check the address, the firewall, and whether it accepts TLS.'
        : 'It does not respond. Check the address and the firewall.',
  ],
];

/** Find the problem that an error of a driver describes. */
export function problemOf(location: string, error: unknown): Problem {
  const target = targetOf(location);
  const { text, message } = messageOf(error, new URL(location).password);
  const find = (table: typeof configuration) => table.find(([pattern]) => pattern.test(text))?.[1];
  const configured = find(configuration);
  if (configured !== undefined) return { isConfiguration: true, problem: configured(target, message) };
  return { isConfiguration: false, problem: find(availability)?.(target, message) ?? message };
}

function targetOf(location: string): Target {
  const { protocol, username, pathname, searchParams } = new URL(location);
  const name = decoded(username) || searchParams.get('user') || '';
  return {
    scheme: protocol.slice(0, -1),
    user: name === '' ? 'the default user' : `the user "${name}"`,
    database: decoded(pathname.slice(1)) || name,
  };
}
