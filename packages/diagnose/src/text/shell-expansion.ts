/** The common values of variables that a shell expands. */
const variables: readonly Readonly<Record<string, string>>[] = [
  {},
  { HOME: '/root', USER: 'root', PWD: '/root', LOGNAME: 'root', SHELL: '/bin/bash', UID: '0' },
  { HOME: '/home/ubuntu', USER: 'ubuntu', PWD: '/home/ubuntu', LOGNAME: 'ubuntu', SHELL: '/bin/bash' },
  { PWD: '/app', HOME: '/app', USER: 'app' },
  ...['ec2-user', 'admin', 'debian', 'vagrant', 'user', 'node', 'runner', 'deploy', 'dev', 'ops', 'pi'].map(
    (user) => ({
      HOME: `/home/${user}`,
      USER: user,
      PWD: `/home/${user}`,
      LOGNAME: user,
      SHELL: '/bin/bash',
    }),
  ),
];

const name = /\$(?:([A-Za-z_]\w*)|\{([A-Za-z_]\w*)(?::?[-=?+][^}]*)?\})/g;

/** Yield what shells write for a text in double quotes, without the values of unknown variables. */
export function* expansions(text: string): Generator<string, void, undefined> {
  if (/[$`!]/.test(text)) {
    for (const values of variables) {
      const named = text.replaceAll(
        name,
        (_, plain?: string, braced?: string) => values[plain ?? braced ?? ''] ?? '',
      );
      const special = named.replaceAll(/\$[\d*@]|\$\{\d+\}/g, '');
      yield special
        .replaceAll('$#', '0')
        .replaceAll('$?', '0')
        .replaceAll(/\$[-!]/g, '');
      yield special;
      // A here-document and double quotes also remove backslashes.
      yield special.replaceAll(/\\([$`\\])/g, '$1');
      yield special.replaceAll(/\\([$`"\\])/g, '$1');
      yield named;
      yield withoutCommands(special);
      for (const shell of ['bash', 'sh', '-bash', '-zsh', 'zsh', '/bin/sh', '/bin/bash']) {
        if (special.includes('$0')) yield named.replaceAll('$0', shell).replaceAll(/\$[\d*@]/g, '');
      }
    }
    yield text.replaceAll(/\$\w/g, '');
    yield text.replaceAll('$$', '$');
    yield text.replaceAll('$', '$$$$');
    yield text.replaceAll('$', '');
    yield withoutCommands(text);
    yield text.replaceAll('!', '\\!');
    yield text.replaceAll('\\!', '!');
    yield text.replaceAll(/![^\s"=(]*/g, '');
    yield* processIds(text);
  }
  if (text.includes('~')) {
    for (const home of ['/root', '/home/ubuntu']) yield text.replaceAll(/~(?=\/|$)/g, home);
  }
  if (text.includes('%')) {
    yield text.replaceAll(/%\w+%/g, '');
    yield text.replaceAll('%', '%%');
    yield text.replaceAll('%%', '%');
    yield text.replaceAll(/%(\w)/g, '$1');
  }
  if (text.includes('^')) yield text.replaceAll(/\^(.)/g, '$1');
}

/** Commands that were not found write nothing. */
function withoutCommands(text: string): string {
  return text.replaceAll(/`[^`]*`|\$\([^()]*\)/g, '');
}

/** The largest process ID by default, on Linux with few processors. */
const mostProcesses = 32_768;

function* processIds(text: string): Generator<string, void, undefined> {
  if (!text.includes('$$') || text.length > 4096) return;
  const rest = text.replaceAll(name, '').replaceAll(/\$[\d*@]/g, '');
  for (let id = 1; id <= mostProcesses; id++) yield rest.replaceAll('$$', String(id));
}
