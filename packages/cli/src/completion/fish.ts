import type { Node, OptionWord } from './command-tree.ts';

/** Return a completion script for fish. It completes the same words as the script for bash, with descriptions. */
export function fishCompletion(program: string, nodes: readonly Node[]): string {
  const name = program.replaceAll('-', '_');
  const paths = nodes.filter(({ path }) => path !== '').map(({ path }) => quoted(path));
  return `# fish completion for ${program}
function __${name}_at --description 'Test whether the words so far lead to this command'
  set -l place ''
  for word in (commandline -opc)[2..]
    set -l candidate (string trim "$place $word")
    contains -- $candidate ${paths.join(' ')}; and set place $candidate
  end
  test "$place" = "$argv"
end
${nodes.flatMap((node) => lines(program, `__${name}_at ${node.path}`.trim(), node)).join('\n')}
`;
}

function lines(program: string, condition: string, { words, options }: Node): readonly string[] {
  const begin = `complete -c ${program} -n ${quoted(condition)}`;
  return [
    ...words.map(({ name, about }) => `${begin} -f -a ${name} -d ${quoted(about)}`),
    ...options.map((option) => `${begin}${flagsOf(option)} -d ${quoted(option.about)}`),
  ];
}

function flagsOf({ flags, takesValue, choices }: OptionWord): string {
  const named = flags.map((flag) =>
    flag.startsWith('--') ? ` -l ${flag.slice(2)}` : ` -s ${flag.slice(1)}`,
  );
  const value = choices === undefined ? ' -r -F' : ` -x -a ${quoted(choices.join(' '))}`;
  return `${named.join('')}${takesValue ? value : ''}`;
}

function quoted(text: string): string {
  return `'${text.replaceAll('\\', '\\\\').replaceAll("'", "\\'")}'`;
}
